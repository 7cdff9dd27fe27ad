// Events from a thread that is no stage: one that reads a socket. It pushes into an inlet; when the stages
// behind it are slow, the inlet is full, the thread waits in push, and the socket's sender waits for the
// thread.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include "sluice/sluice.hpp"

void read_lines(int socket, sluice::Inlet<std::string> inlet) {
  std::string line;
  char bytes[16];
  for (ssize_t count = 0; (count = ::read(socket, bytes, sizeof bytes)) > 0;) {
    for (const char c : std::string_view(bytes, static_cast<std::size_t>(count))) {
      if (c != '\n') {
        line += c;
      } else if (!inlet.push(std::move(line))) {  // blocks while there is no room; false: the stage has ended
        return;
      } else {
        line.clear();
      }
    }
  }
  inlet.close();  // the stage ends behind the last line
}

int main() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;

  sluice::Runtime runtime;
  auto [inlet, lines] = runtime.start_inlet<std::string>({.capacity = 2});
  auto printer = runtime.start(
      sluice::consume<std::string>([](std::string line) { std::printf("%s\n", line.c_str()); }));
  printer.subscribe_to(lines, {.max_demand = 3});

  std::thread reader(read_lines, ends[0], inlet);
  std::thread sender([socket = ends[1]] {
    for (int i = 1; i <= 10; ++i) {
      const std::string line = "message " + std::to_string(i) + "\n";
      if (::write(socket, line.data(), line.size()) < 0) break;
    }
    ::close(socket);
  });

  runtime.wait(printer);
  sender.join();
  reader.join();
  ::close(ends[0]);
}
