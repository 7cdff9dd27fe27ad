#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sluice/flow/text/byte_source.hpp"
#include "sluice/flow/text/text_error.hpp"

namespace sluice::inline v0::flow {

/// The bytes that another source has in the gzip format (RFC 1952), of one or more members; zeros behind the
/// last one are padding. Every byte comes that precedes what is wrong.
class GzipBytes final : public ByteSource {
 public:
  explicit GzipBytes(ByteSourcePtr packed);
  ~GzipBytes() override;

  [[nodiscard]] std::size_t read(std::span<char> room) override;
  void interrupt() noexcept override { packed_->interrupt(); }
  [[nodiscard]] const std::string& name() const noexcept override { return packed_->name(); }

 private:
  struct Inflater;
  enum class At : unsigned char { first_member, in_member, between_members, end };

  void refill();
  /// Skips the padding behind a member; begins the next one, if its bytes are there.
  void begin_member();
  /// Returns how many bytes there are in the room then.
  [[nodiscard]] std::size_t unpack(std::span<char> room);
  void wrong(const std::string& problem);

  ByteSourcePtr packed_;
  std::unique_ptr<Inflater> inflater_;
  At at_ = At::first_member;
  std::uint64_t offset_ = 0;  // of the packed bytes: read so far
  std::optional<TextError> error_;
};

}  // namespace sluice::inline v0::flow
