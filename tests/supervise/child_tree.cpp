#include "stages.hpp"

namespace sluice::supervise_tests {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

DiaryPtr diary() { return std::make_shared<Diary>(); }

auto inner(const DiaryPtr& book) {
  return supervisor(ChildSpec{.id = "inner", .options = {.name = "the inner one"}},
                    {.strategy = Strategy::rest_for_one}, hand(book, "x"), hand(book, "y"));
}

TEST(ChildTree, WritesALineForEachStageBelowItsSupervisor) {
  const ChildTree tree{
      .child = {.id = "shop", .state = ChildState::running},
      .below = {{.child = {.id = "orders", .state = ChildState::stopping},
                 .below = {{.child = {.id = "parser", .state = ChildState::restarting, .restarts = 2}}}},
                {.child = {.id = "mail", .state = ChildState::running, .restarts = 1}},
                {.child = {.id = "fax"}}}};
  EXPECT_EQ(to_string(tree),
            "shop: running\n"
            "  orders: stopping\n"
            "    parser: restarting, 2 restarts\n"
            "  mail: running, 1 restart\n"
            "  fax: stopped\n");
}

SCENARIO_OF(ChildTrees, ShowWhatRunsBelowEachSupervisor) {
  const auto book = diary();
  const auto top = world->start({.name = "top"}, supervisor({}, hand(book, "a"), inner(book)));
  crash(world, "x");
  top.terminate_child("a");
  const ChildTree tree = child_tree(top);
  EXPECT_EQ(to_string(tree),
            "top: running\n"
            "  a: stopped\n"
            "  inner \"the inner one\": running\n"
            "    x: running, 1 restart\n"
            "    y: running, 1 restart\n");
  EXPECT_EQ(tree.below[1].below[0].child.ref, *world->find<Hand>("x"));
}

SCENARIO_OF(ChildTrees, NameARootWithoutANameByItsId) {
  const auto top = world->start<Supervisor>(SupervisorOptions{});
  const ChildTree tree = child_tree(top);
  EXPECT_EQ(tree.child.id, "#" + std::to_string(top.id().value));
  EXPECT_THAT(tree.below, IsEmpty());
}

SCENARIO_OF(ChildTrees, ShowNothingBelowASupervisorThatDoesNotAnswer) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, inner(book), hand(book, "a")));
  world->find<Supervisor>("the inner one")->kill();  // its supervisor may not have heard of it yet
  EXPECT_THAT(child_tree(top).below, SizeIs(2));
  world.settle();
  EXPECT_THAT(child_tree(top).below.at(0).below, SizeIs(2));
}

SCENARIO_OF(ChildTrees, AreNotMadeOfARootThatHasEnded) {
  const auto top = world->start<Supervisor>(SupervisorOptions{});
  top.stop();
  EXPECT_THROW(static_cast<void>(child_tree(top)), CallError);
}

}  // namespace
}  // namespace sluice::supervise_tests
