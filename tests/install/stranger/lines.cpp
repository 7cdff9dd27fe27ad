// A stranger counts the words of a text.
#include <chrono>
#include <cstdio>
#include <string_view>

#include "sluice/flow/text/line_reader.hpp"
#include "sluice/flow/text/words.hpp"
#include "sluice/sluice.hpp"

int main() {
  namespace flow = sluice::flow;
  std::size_t words = 0;
  {
    sluice::Runtime runtime;
    auto lines = runtime.start(flow::lines_of("one two\nthree\n"));
    auto counter = runtime.start(sluice::consume<flow::Text>([&words](const flow::Text& line) {
      for ([[maybe_unused]] const std::string_view word : flow::words(line.view())) ++words;
    }));
    counter.subscribe_to(lines);
    if (!runtime.wait(counter, std::chrono::seconds(20))) return 1;
  }
  std::printf("%zu words\n", words);
  return words == 3 ? 0 : 1;
}
