#include "input.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "options.hpp"

namespace packages {

namespace {

constexpr const char* command = "apt-cache dumpavail";

}  // namespace

Input::Input(std::string file, std::uint64_t times)
    : file_(std::move(file)),
      name_(file_.empty() ? command : file_),
      passes_left_(times - 1),
      stream_(nullptr, file_.empty() ? ::pclose : std::fclose) {
  open();
  struct stat about = {};
  if (::fstat(::fileno(stream_.get()), &about) != 0) fail(std::strerror(errno));
  if (S_ISDIR(about.st_mode)) fail("is a directory");
  if (S_ISREG(about.st_mode)) size_ = static_cast<std::uint64_t>(about.st_size) * times;
  if (!file_.empty() && times > 1 && !S_ISREG(about.st_mode)) fail("is no regular file: --times 1 only");
}

void Input::open() {
  stream_.reset(file_.empty() ? ::popen(command, "re") : std::fopen(file_.c_str(), "re"));
  if (!stream_) fail(std::strerror(errno));
}

void Input::fail(const std::string& what) const { throw UsageError(fmt::format("{}: {}", name_, what)); }

std::size_t Input::read(char* to, std::size_t size) {
  while (true) {
    const ssize_t count = ::read(::fileno(stream_.get()), to, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) fail(std::strerror(errno));
  }
}

bool Input::next_pass() {
  if (file_.empty()) {
    const int status = ::pclose(stream_.release());
    if (status != 0)
      fail(fmt::format("failed with status {}", WIFEXITED(status) ? WEXITSTATUS(status) : status));
  }
  if (passes_left_ == 0) return false;
  --passes_left_;
  open();
  return true;
}

}  // namespace packages
