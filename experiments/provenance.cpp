#include "experiments/provenance.hpp"

#include <array>
#include <cstdint>

#include "experiments/machine.hpp"
#include "experiments/run_directory.hpp"

namespace tapehead {
namespace {

constexpr std::array kDecidesBits = {"git_revision", "git_dirty", "compiler",    "compiler_flags",
                                     "simd",         "blas",      "blas_kernel", "cpu_model"};

std::string in_words(const AttributeValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  if (const auto* const yes = std::get_if<bool>(&value)) return *yes ? "true" : "false";
  return "a number";  // never written by this program
}

}  // namespace

std::vector<Attribute> provenance_of(const RunSettings& settings, std::size_t threads) {
  std::vector<Attribute> provenance = {{"start_time", utc_time()}, {"argv", command_line_text()}};
  for (const auto& [name, value] : build_and_machine()) provenance.push_back({name, value});
  provenance.push_back({"git_dirty", built_from_changed_sources()});
  const auto number = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  provenance.push_back({"seed", number(settings.seed())});
  provenance.push_back({"shards", number(settings.training().shard_count())});
  provenance.push_back({"threads", number(threads)});
  provenance.push_back({"ranks", number(1)});
  return provenance;
}

std::string differences_in_bits(const std::vector<Attribute>& before, const std::vector<Attribute>& now) {
  std::string differences;
  for (const char* const name : kDecidesBits) {
    const AttributeValue* const was = find_attribute(before, name);
    const AttributeValue* const is = find_attribute(now, name);
    if (was == nullptr || is == nullptr || *was == *is) continue;
    differences += (differences.empty() ? "" : "; ") + std::string(name) + " is " + in_words(*is) + ", was " +
                   in_words(*was);
  }
  return differences;
}

}  // namespace tapehead
