// Statistics over Debian's package index as a flow: what examples/packages does with stages of its own. The
// parts are the same (the reader, the parser of a block, the writer of the CSV); the pipeline between them is
// a few operators. A flow is a description: this one is executed twice, for the table and for the sums.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "packages/csv_writer.hpp"
#include "packages/options.hpp"
#include "packages/report.hpp"
#include "packages/stages.hpp"
#include "sluice/flow.hpp"
#include "sluice/sluice.hpp"

namespace flow = sluice::flow;

namespace packages {
namespace {

/// What a record adds to the sum of its section, or of its maintainer. The text is that of its table, which
/// is still there when the item is folded: within one layer events go from hand to hand.
struct Item {
  std::pair<Key, std::string_view> name;
  std::uint64_t installed_kib;
};
std::vector<Item> items_of(const TablePtr& table) {
  std::vector<Item> items;
  items.reserve(2 * table->rows.size());
  for (const Row& row : table->rows) {
    for (const Key key : {Key::section, Key::maintainer})
      items.push_back({{key, key_of(row, key)}, row.installed_kib});
  }
  return items;
}

struct Size {
  std::uint64_t installed_kib = 0;
  std::uint64_t records = 0;
};
void add_item(Size& size, const Item& item) {
  size = {size.installed_kib + item.installed_kib, size.records + 1};
}
void add_size(Size& size, const Size& more) {
  size = {size.installed_kib + more.installed_kib, size.records + more.records};
}
Sum sum_of(const std::pair<std::pair<Key, std::string>, Size>& named) {
  const auto& [name, size] = named;
  return {name.first, name.second, size.installed_kib, size.records};
}

Outcome run(sluice::Runtime& runtime, const Options& options) {
  Outcome outcome;
  Progress progress;
  const auto reader = sluice::child_from("reader", [&] {
    return std::make_unique<Reader>(BlockReader(Input(options.file, options.times)), progress);
  });
  const auto writer = sluice::child_from(
      "csv", [&] { return std::make_unique<CsvWriter>(CsvFile(options.csv), outcome.totals, progress); });

  const auto tables = flow::from_specs(reader, {.stages = options.parsers, .max_demand = 4})  //
                      | flow::map(parse);
  tables | flow::into({.max_demand = 4}, writer) | flow::run(runtime);
  outcome.sums = tables                                                       //
                 | flow::flat_map(items_of)                                   //
                 | flow::combine_by(&Item::name, Size(), add_item, add_size)  //
                 | flow::map(sum_of)                                          //
                 | flow::to_vector(runtime);
  return outcome;
}

}  // namespace
}  // namespace packages

int main(int argc, char** argv) {
  try {
    const packages::Options options = packages::parse_options(argc, argv);
    if (options.help) {
      fmt::print("{}", packages::usage);
      return 0;
    }
    sluice::Runtime runtime({.log = [](const sluice::LogRecord&) {}});  // what goes wrong is said at the end
    print_result(packages::run(runtime, options), options.csv);
    return 0;
  } catch (const flow::FlowFailed& failure) {
    fmt::print(stderr, "packages_flow: {}\n", failure.outcome().reason.text());
  } catch (const std::exception& error) {
    fmt::print(stderr, "packages_flow: {}\n", error.what());
  }
  return 2;
}
