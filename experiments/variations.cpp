#include "experiments/variations.hpp"

namespace tapehead {
namespace {

constexpr Option kQuantities[] = {
    {"task.length", "LIST", "lengths (items, for associative recall), separated by commas"},
    {"task.repeats", "LIST", "numbers of repeats, for repeat copy; with lengths too, all combinations"},
    {"task.task", "LIST", "single ones of the bAbI tasks that a net was trained on"}};

// Behind "task.".
std::string quantity_of(const Option& option) { return std::string(option.name.substr(5)); }

// The quantities, "length 20", joined.
std::string joined(const Variation& variation, const std::string& between, const std::string& separator) {
  std::string text;
  for (const auto& [quantity, value] : variation.quantities) {
    text += (text.empty() ? "" : separator) + quantity + between + std::to_string(value);
  }
  return text;
}

}  // namespace

std::string Variation::name() const { return trained() ? "trained" : joined(*this, "_", "_"); }

std::string Variation::text() const { return trained() ? "as in training" : joined(*this, " ", ", "); }

std::unique_ptr<Task> Variation::of(const Task& task) const {
  std::unique_ptr<Task> varied;
  for (const auto& [quantity, value] : quantities) {
    varied = (varied ? *varied : task).with(quantity, value);
  }
  return varied;
}

std::vector<Option> variation_options() { return {std::begin(kQuantities), std::end(kQuantities)}; }

std::vector<Variation> parse_variations(const Arguments& arguments) {
  std::vector<Variation> variations(1);
  for (const Option& option : kQuantities) {
    const auto list = arguments.text(option.name);
    if (!list) continue;
    std::vector<Variation> product;
    for (const Variation& variation : variations) {
      for (const std::size_t value : parse_list(option.name, *list, 1)) {
        product.push_back(variation);
        product.back().quantities.emplace_back(quantity_of(option), value);
      }
    }
    variations = std::move(product);
  }
  return variations;
}

std::vector<Variation> lengths(std::span<const std::size_t> values) {
  std::vector<Variation> variations;
  for (const std::size_t value : values) variations.push_back({{{"length", value}}});
  return variations;
}

}  // namespace tapehead
