// A tape with a few leaves on it, for tests.
#pragma once

#include <limits>
#include <vector>

#include "framework/autodiff/tape.hpp"

namespace tapehead::testing {

/// Owns the values of leaves, and gradient buffers that hold NaN until backward has written them.
class Leaves {
 public:
  struct Item {
    Shape shape;
    std::vector<Real> values;
    bool wants_gradient = true;
  };

  explicit Leaves(std::vector<Item> items) : items_(std::move(items)) {
    for (Item& item : items_) {
      gradients_.emplace_back(item.values.size(), std::numeric_limits<Real>::quiet_NaN());
      leaves_.push_back(
          {item.values.data(), item.wants_gradient ? gradients_.back().data() : nullptr, item.shape});
    }
  }
  Leaves(const Leaves&) = delete;
  Leaves& operator=(const Leaves&) = delete;

  std::span<const Leaf> all() const { return leaves_; }
  std::vector<Real>& value(std::size_t leaf) { return items_[leaf].values; }
  std::vector<Real>& gradient(std::size_t leaf) { return gradients_[leaf]; }

 private:
  std::vector<Item> items_;
  std::vector<std::vector<Real>> gradients_;
  std::vector<Leaf> leaves_;
};

}  // namespace tapehead::testing
