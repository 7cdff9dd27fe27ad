#include "sluice/flow/text/gzip_bytes.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <utility>

namespace sluice::inline v0::flow {

namespace {

constexpr int gzip_only = 16 + MAX_WBITS;

}  // namespace

struct GzipBytes::Inflater {
  Inflater() {
    if (inflateInit2(&stream, gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream = {};
  std::array<char, std::size_t{64} * 1024> packed;
};

GzipBytes::GzipBytes(ByteSourcePtr packed)
    : packed_(std::move(packed)), inflater_(std::make_unique<Inflater>()) {}
GzipBytes::~GzipBytes() = default;

/// More packed bytes are only looked for when no output is left of those that came.
std::size_t GzipBytes::read(std::span<char> room) {
  while (!error_ && at_ != At::end) {
    if (at_ != At::in_member) {
      begin_member();
    } else if (const std::size_t count = unpack(room); count != 0) {
      return count;
    } else if (at_ == At::in_member && !error_) {
      refill();
    }
  }
  if (error_) throw TextError(*error_);
  return 0;
}

void GzipBytes::refill() {
  z_stream& stream = inflater_->stream;
  const std::size_t count = packed_->read(inflater_->packed);
  stream.next_in = reinterpret_cast<Bytef*>(inflater_->packed.data());
  stream.avail_in = static_cast<uInt>(count);
  offset_ += count;
  if (count != 0) return;
  if (at_ != At::between_members) wrong("the gzip data ends too early");
  at_ = At::end;
}

void GzipBytes::begin_member() {
  z_stream& stream = inflater_->stream;
  if (at_ == At::between_members) {
    for (; stream.avail_in != 0 && *stream.next_in == 0; --stream.avail_in) ++stream.next_in;
  }
  if (stream.avail_in == 0) {
    refill();
    return;
  }
  if (at_ == At::between_members) inflateReset(&stream);
  at_ = At::in_member;
}

std::size_t GzipBytes::unpack(std::span<char> room) {
  z_stream& stream = inflater_->stream;
  const std::size_t most = std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max());
  stream.next_out = reinterpret_cast<Bytef*>(room.data());
  stream.avail_out = static_cast<uInt>(most);
  const int result = inflate(&stream, Z_NO_FLUSH);
  if (result == Z_STREAM_END) {
    at_ = At::between_members;
  } else if (result == Z_MEM_ERROR) {
    throw std::bad_alloc();
  } else if (result != Z_OK && result != Z_BUF_ERROR) {
    wrong(fmt::format("broken gzip data: {}", stream.msg != nullptr ? stream.msg : zError(result)));
  }
  return most - stream.avail_out;
}

void GzipBytes::wrong(const std::string& problem) {
  error_.emplace(name(), offset_ - inflater_->stream.avail_in, problem);
}

}  // namespace sluice::inline v0::flow
