#include "framework/autodiff/inspection.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

bool upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

// "EraseAdd" as "erase_add".
std::string snake_case(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (upper(c) && !result.empty()) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

}  // namespace

// Compilers write "… [with auto backward = a::{anonymous}::address_backward; …]", or "[backward = &(anonymous
// namespace)::backward<(anonymous namespace)::Exp>]".
std::string op_name(const OpKind& kind) {
  constexpr std::string_view kBefore = "backward = ", kSuffix = "_backward";
  std::string_view name = kind.function;
  if (const std::size_t at = name.find(kBefore); at != name.npos) name.remove_prefix(at + kBefore.size());
  name = name.substr(0, name.find_first_of(";]"));
  if (const std::size_t open = name.find('<'); open != name.npos) {  // the op is the template's argument
    name.remove_prefix(open + 1);
    name = name.substr(0, name.find_first_of(",>"));
  }
  if (const std::size_t scope = name.rfind("::"); scope != name.npos) name.remove_prefix(scope + 2);
  if (name.starts_with("&")) name.remove_prefix(1);
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  return snake_case(name);
}

const Inspection::Op* Inspection::made(Var v) const {
  const std::uint32_t op = v.id < op_of_.size() ? op_of_[v.id] : 0;
  return op == 0 ? nullptr : &ops_[op - 1];
}

void Inspection::clear() {
  ops_.clear();
  op_of_.clear();
  pending_.clear();
  touched_.clear();
  bad_.clear();
  ruined_.clear();
}

void Inspection::reads(std::span<const Var> inputs) {
  for (const Var v : inputs) {
    const bool known = std::any_of(pending_.begin(), pending_.end(), [&](Var p) { return p.id == v.id; });
    if (v.valid() && !known) pending_.push_back(v);
  }
}

void Inspection::op(const OpKind& kind, Var first, std::uint32_t count) {
  ops_.push_back({&kind, first.id, count, std::move(pending_)});
  pending_.clear();
  op_of_.resize(std::max<std::size_t>(op_of_.size(), first.id + count), 0);
  std::fill_n(op_of_.begin() + first.id, count, static_cast<std::uint32_t>(ops_.size()));
}

void Inspection::backward_begins(const Tape& tape, Var first, std::uint32_t count) {
  running_ = first.id;
  touched_.clear();
  outputs_.clear();
  for (std::uint32_t v = first.id; v < first.id + count; ++v) {
    outputs_.push_back(finite_range(tape.gradient(Var{v})));
  }
}

void Inspection::backward_ended(const Tape& tape, bool of_op) {
  for (const Var v : touched_) {
    bad_.resize(std::max<std::size_t>(bad_.size(), v.id + 1), false);
    if (bad_[v.id]) continue;
    const FiniteRange range = finite_range(tape.gradient(v));
    if (range.finite()) continue;
    bad_[v.id] = true;
    const Op* const by = of_op ? made(Var{running_}) : nullptr;
    ruined_.push_back({v, by, range, of_op ? outputs_ : std::vector<FiniteRange>()});
  }
  touched_.clear();
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
