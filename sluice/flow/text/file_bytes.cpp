#include "sluice/flow/text/file_bytes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "sluice/flow/text/text_error.hpp"

namespace sluice::inline v0::flow {

namespace {

std::string text_of(int error) { return std::system_category().message(error); }

/// Without O_NONBLOCK the open of a named pipe would wait for a writer, and nobody could interrupt it.
int open_file(const std::string& path) {
  if (path == "-") return -1;
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (number < 0) throw TextError(path, fmt::format("cannot be opened: {}", text_of(errno)));
  return number;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

FileBytes::FileBytes(std::string path)
    : path_(std::move(path)), file_(open_file(path_)), interrupted_(::eventfd(0, EFD_CLOEXEC)) {
  if (interrupted_.number() < 0) fail("eventfd", errno);
  struct stat about{};
  if (::fstat(number(), &about) != 0) fail("cannot be opened", errno);
  if (S_ISDIR(about.st_mode)) fail("cannot be opened", EISDIR);
  static_cast<void>(::posix_fadvise(number(), 0, 0, POSIX_FADV_SEQUENTIAL));
}

int FileBytes::number() const noexcept { return file_.number() < 0 ? STDIN_FILENO : file_.number(); }

void FileBytes::fail(const char* what, int error) const {
  throw TextError(path_, offset_, fmt::format("{}: {}", what, text_of(error)));
}

std::size_t FileBytes::read(std::span<char> room) {
  while (wait_until_readable() == Wait::readable) {
    const ssize_t count = ::read(number(), room.data(), room.size());
    if (count >= 0) {
      offset_ += static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR && errno != EAGAIN) fail("cannot be read", errno);
  }
  return 0;
}

FileBytes::Wait FileBytes::wait_until_readable() const {
  std::array<pollfd, 2> watched = {pollfd{.fd = number(), .events = POLLIN, .revents = 0},
                                   pollfd{.fd = interrupted_.number(), .events = POLLIN, .revents = 0}};
  while (::poll(watched.data(), watched.size(), -1) < 0) {
    if (errno != EINTR) fail("poll", errno);
  }
  return watched[1].revents != 0 ? Wait::interrupted : Wait::readable;
}

void FileBytes::interrupt() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(interrupted_.number(), &one, sizeof one));
}

}  // namespace sluice::inline v0::flow
