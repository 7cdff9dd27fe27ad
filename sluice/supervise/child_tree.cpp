#include "sluice/supervise/child_tree.hpp"

#include <fmt/format.h>

#include <iterator>

namespace sluice::inline v0 {

namespace {

std::vector<ChildTree> trees_below(const Ref<Supervisor>& supervisor, Duration timeout);

ChildTree tree_of(ChildInfo info, Duration timeout) {
  const HostPtr& host = info.ref.host();
  ChildTree tree{.child = info};
  if (!host || host->stage_type() != typeid(Supervisor)) return tree;
  try {
    tree.below = trees_below(Ref<Supervisor>(host), timeout);
  } catch (const CallError&) {
    return tree;  // it has ended, or is busy
  }
  return tree;
}

std::vector<ChildTree> trees_below(const Ref<Supervisor>& supervisor, Duration timeout) {
  std::vector<ChildTree> trees;
  for (ChildInfo& info : supervisor.call_for(timeout, &Supervisor::children))
    trees.push_back(tree_of(std::move(info), timeout));
  return trees;
}

void write(const ChildTree& tree, std::size_t level, std::string& out) {
  const ChildInfo& child = tree.child;
  auto end = std::back_inserter(out);
  fmt::format_to(end, "{:{}}{}", "", 2 * level, child.id);
  if (!child.ref.name().empty() && child.ref.name() != child.id)
    fmt::format_to(end, " \"{}\"", child.ref.name());
  fmt::format_to(end, ": {}", to_string(child.state));
  if (child.restarts != 0)
    fmt::format_to(end, ", {} restart{}", child.restarts, child.restarts == 1 ? "" : "s");
  out += '\n';
  for (const ChildTree& one : tree.below) write(one, level + 1, out);
}

}  // namespace

ChildTree child_tree(const Ref<Supervisor>& top, Duration timeout) {
  std::vector<ChildTree> below = trees_below(top, timeout);
  std::string id = top.name().empty() ? fmt::format("#{}", top.id().value) : std::string(top.name());
  ChildInfo root{
      .id = std::move(id), .ref = top, .state = ChildState::running, .kind = ChildKind::supervisor};
  return {.child = std::move(root), .below = std::move(below)};
}

std::string to_string(const ChildTree& tree) {
  std::string out;
  write(tree, 0, out);
  return out;
}

}  // namespace sluice::inline v0
