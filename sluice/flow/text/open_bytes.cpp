#include "sluice/flow/text/open_bytes.hpp"

#include <memory>

#include "sluice/flow/text/file_bytes.hpp"
#include "sluice/flow/text/gzip_bytes.hpp"

namespace sluice::inline v0::flow {

ByteSourcePtr open_bytes(const std::string& path, Compression compression) {
  auto bytes = std::make_unique<FileBytes>(path);
  const bool packed =
      compression == Compression::gzip || (compression == Compression::by_name && path.ends_with(".gz"));
  if (packed) return std::make_unique<GzipBytes>(std::move(bytes));
  return bytes;
}

}  // namespace sluice::inline v0::flow
