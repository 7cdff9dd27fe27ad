#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sluice::inline v0::sqlite {

/// A call on a queue file failed. It changed nothing: each call is one transaction. The queue can be used on;
/// whether a second try helps, the kind tells.
class QueueError : public std::runtime_error {
 public:
  enum class Kind : unsigned char {
    locked,       ///< others held the file for longer than busy_wait; try again
    read_only,    ///< the file may not be written
    cannot_open,  ///< there is no such folder, it may not be written, or the path is not a file
    foreign,      ///< the file is no SQLite database, or one of another program; it was not touched
    too_new,      ///< a newer version of this library made the file; it was not touched
    corrupt,      ///< the file is damaged; what verify() and the call say is all that is known
    disk_full,    ///< there is no room on the disk or within max_size; acknowledging makes room
    io,           ///< the system failed to read or write; after a commit it is not known which way it went
    sql,          ///< a statement given to Transaction is wrong, refused, or broke a constraint
  };
  /// `text`: what SQLite says about it, or what was wrong.
  QueueError(Kind kind, std::string path, std::string text);
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  Kind kind_;
  std::string path_;
  std::string text_;
};

/// "locked", "read only", …
[[nodiscard]] std::string_view to_string(QueueError::Kind kind) noexcept;

}  // namespace sluice::inline v0::sqlite
