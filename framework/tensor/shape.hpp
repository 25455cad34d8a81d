// Shapes of tensors, and the one place that complains about a wrong one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The extents of a dense row-major tensor of rank 0 to 4, last axis innermost.
class Shape {
 public:
  static constexpr std::size_t kMaxRank = 4;

  Shape() = default;
  /// Throws std::length_error beyond rank 4.
  Shape(std::initializer_list<std::size_t> extents) : rank_(extents.size()) {
    if (rank_ > kMaxRank) throw_too_many();
    std::size_t axis = 0;
    for (const std::size_t extent : extents) extents_[axis++] = extent;
  }

  std::size_t rank() const { return rank_; }
  std::size_t operator[](std::size_t axis) const { return extents_[axis]; }
  std::size_t& operator[](std::size_t axis) { return extents_[axis]; }
  std::size_t back() const { return rank_ == 0 ? 1 : extents_[rank_ - 1]; }
  /// Number of elements; 1 for rank 0.
  std::size_t size() const {
    std::size_t product = 1;
    for (std::size_t axis = 0; axis < rank_; ++axis) product *= extents_[axis];
    return product;
  }
  /// Number of innermost rows: size() / back().
  std::size_t rows() const {
    std::size_t product = 1;
    for (std::size_t axis = 0; axis + 1 < rank_; ++axis) product *= extents_[axis];
    return product;
  }
  /// Appends an axis. Throws std::length_error beyond rank 4.
  void push_back(std::size_t extent) {
    if (rank_ == kMaxRank) throw_too_many();
    extents_[rank_++] = extent;
  }

  const std::size_t* begin() const { return extents_.data(); }
  const std::size_t* end() const { return extents_.data() + rank_; }
  /// Axes beyond the rank are 0 in both.
  friend bool operator==(const Shape& a, const Shape& b) {
    return a.rank_ == b.rank_ && a.extents_[0] == b.extents_[0] && a.extents_[1] == b.extents_[1] &&
           a.extents_[2] == b.extents_[2] && a.extents_[3] == b.extents_[3];
  }

 private:
  [[noreturn]] static void throw_too_many();

  std::array<std::size_t, kMaxRank> extents_{};
  std::size_t rank_ = 0;
};

/// "[2, 3]".
std::string to_string(const Shape& shape);

/// Throws ShapeError: "<where>: <name> has shape <actual>, expected <expected>".
[[noreturn]] void throw_shape_error(std::string_view where, std::string_view name, const Shape& actual,
                                    const Shape& expected);

/// Checks a tensor at the door of a function. Throws ShapeError naming both shapes.
inline void expect_shape(std::string_view where, std::string_view name, const Shape& actual,
                         const Shape& expected) {
  if (!(actual == expected)) throw_shape_error(where, name, actual, expected);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
