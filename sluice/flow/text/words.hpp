#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "sluice/flow/text/separators.hpp"
#include "sluice/flow/text/text.hpp"
#include "sluice/flow/text/text_pieces.hpp"

namespace sluice::inline v0::flow {

/// The words of a string, found one after the other while it is iterated: nothing is allocated. Iterators
/// refer to the range.
template <class Between>
class WordViews {
 public:
  explicit constexpr WordViews(std::string_view text, Between between = Between()) noexcept
      : text_(text), between_(between) {}

  /// Looks at 64 bytes at once, and goes from edge to edge: where a word begins or ends.
  class Iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::forward_iterator_tag;

    Iterator() noexcept = default;
    explicit Iterator(const WordViews& words) noexcept
        : between_(&words.between_), bytes_(words.text_.data()), end_(bytes_ + words.text_.size()) {
      look();
      advance();
    }
    [[nodiscard]] std::string_view operator*() const noexcept {
      return {first_, static_cast<std::size_t>(last_ - first_)};
    }
    Iterator& operator++() noexcept {
      advance();
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      advance();
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.first_ == b.first_; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept {
      return it.first_ == it.end_;
    }

   private:
    static constexpr std::size_t at_once = 64;

    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - bytes_); }
    void look() noexcept {
      const std::uint64_t found = detail::find_separators(*between_, bytes_, std::min(left(), at_once));
      edges_ = found ^ (found << 1 | before_);
      before_ = found >> (at_once - 1);
    }
    [[nodiscard]] const char* next_edge() noexcept {
      while (edges_ == 0) {
        if (left() <= at_once) return end_;
        bytes_ += at_once;
        look();
      }
      const char* const edge = bytes_ + std::countr_zero(edges_);
      edges_ &= edges_ - 1;
      return edge;
    }
    void advance() noexcept {
      first_ = next_edge();
      last_ = next_edge();
    }

    const Between* between_ = nullptr;
    const char* bytes_ = nullptr;  // the stretch that was looked at
    const char* end_ = nullptr;
    const char* first_ = nullptr;
    const char* last_ = nullptr;
    std::uint64_t edges_ = 0;   // in that stretch, and not passed yet
    std::uint64_t before_ = 1;  // whether the byte before the next stretch is a separator
  };

  [[nodiscard]] Iterator begin() const noexcept { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::string_view text_;
  Between between_;
};

/// The words of a Text as Texts that share its block, which are counted in bulk. Single pass; iterators refer
/// to the range.
template <class Between>
class WordTexts {
 public:
  explicit WordTexts(const Text& text, Between between = Between()) noexcept
      : pieces_(text, counted_at_once), views_(text.view(), between) {}

  class Iterator {
   public:
    using value_type = Text;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit Iterator(WordTexts& words) noexcept : words_(&words), view_(words.views_) {}
    [[nodiscard]] Text operator*() const noexcept {
      const std::string_view word = *view_;
      return words_->pieces_.piece(word.data(), word.size());
    }
    Iterator& operator++() noexcept {
      ++view_;
      return *this;
    }
    void operator++(int) noexcept { ++view_; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t end) noexcept {
      return it.view_ == end;
    }

   private:
    WordTexts* words_;
    typename WordViews<Between>::Iterator view_;
  };

  [[nodiscard]] Iterator begin() noexcept { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  static constexpr std::uint32_t counted_at_once = 16;
  TextPieces pieces_;
  WordViews<Between> views_;
};

/// What splits lines into words; words are never empty. Of a Text it makes Texts, which may go to other
/// stages; of anything else that is a string it makes views, for use on the spot.
template <class Between>
class WordSplitter {
 public:
  constexpr explicit WordSplitter(Between between = Between()) noexcept : between_(between) {}
  [[nodiscard]] constexpr WordViews<Between> operator()(std::string_view text) const noexcept {
    return WordViews<Between>(text, between_);
  }
  [[nodiscard]] WordTexts<Between> operator()(const Text& text) const noexcept {
    return WordTexts<Between>(text, between_);
  }

 private:
  Between between_;
};

/// At white space: `for (std::string_view word : words(line.view())) …`
inline constexpr WordSplitter<Whitespace> words{};
/// At any of these bytes: `split_at(",;")(line)`.
[[nodiscard]] constexpr WordSplitter<Separators> split_at(std::string_view separators) noexcept {
  return WordSplitter<Separators>(Separators(separators));
}

}  // namespace sluice::inline v0::flow
