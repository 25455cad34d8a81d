// What a run holds as a row of bytes and back, from one process of this program to another on the same machine.
//
// pack() walks over a value with an archive, which writes or reads: both ways are the same lines.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "framework/io/run_contents.hpp"
#include "framework/io/traces.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Appends values to bytes.
class PackingArchive {
 public:
  explicit PackingArchive(std::vector<std::byte>& into) : into_(into) {}

  void bytes(const void* first, std::size_t count) {
    const auto* const from = static_cast<const std::byte*>(first);
    into_.insert(into_.end(), from, from + count);
  }
  template <class Container>
  void size(const Container& container) {
    const std::uint64_t count = container.size();
    bytes(&count, sizeof count);
  }
  static constexpr bool kReads = false;

 private:
  std::vector<std::byte>& into_;
};

/// Takes values from bytes. Throws std::runtime_error if there are not enough.
class UnpackingArchive {
 public:
  explicit UnpackingArchive(std::span<const std::byte> from) : from_(from) {}

  void bytes(void* first, std::size_t count) {
    if (count > from_.size()) throw std::runtime_error("fewer bytes than were packed");
    if (count > 0) std::memcpy(first, from_.data(), count);
    from_ = from_.subspan(count);
  }
  template <class Container>
  void size(Container& container) {
    std::uint64_t count = 0;
    bytes(&count, sizeof count);
    // An element takes a byte at least.
    if (count > from_.size()) throw std::runtime_error("fewer bytes than were packed");
    container.resize(count);
  }
  static constexpr bool kReads = true;

 private:
  std::span<const std::byte> from_;
};

template <class Archive, class T>
requires std::is_arithmetic_v<T> || std::is_enum_v<T>
void pack(Archive& archive, T& value) { archive.bytes(&value, sizeof value); }

template <class Archive>
void pack(Archive& archive, std::string& text) {
  archive.size(text);
  archive.bytes(text.data(), text.size());
}

template <class Archive, class T>
void pack(Archive& archive, std::vector<T>& values) {
  archive.size(values);
  if constexpr (std::is_trivially_copyable_v<T>) {
    archive.bytes(values.data(), values.size() * sizeof(T));
  } else {
    for (T& value : values) pack(archive, value);
  }
}

template <class Archive>
void pack(Archive& archive, AttributeValue& value) {
  std::uint64_t alternative = value.index();
  pack(archive, alternative);
  if constexpr (Archive::kReads) {
    switch (alternative) {
      case 0:
        value = false;
        break;
      case 1:
        value = std::int64_t{};
        break;
      case 2:
        value = double{};
        break;
      default:
        value = std::string();
    }
  }
  std::visit([&](auto& held) { pack(archive, held); }, value);
}

template <class Archive, class... Parts>
void pack_all(Archive& archive, Parts&... parts) {
  (pack(archive, parts), ...);
}

template <class Archive>
void pack(Archive& archive, Attribute& a) {
  pack_all(archive, a.name, a.value);
}
template <class Archive>
void pack(Archive& archive, Column& c) {
  pack_all(archive, c.name, c.units, c.long_name);
}
template <class Archive>
void pack(Archive& archive, MetricsColumn& c) {
  pack_all(archive, c.column, c.values);
}
template <class Archive>
void pack(Archive& archive, MetricsTable& t) {
  pack_all(archive, t.step, t.columns);
}
template <class Archive>
void pack(Archive& archive, SummaryScalar& s) {
  pack_all(archive, s.column, s.value);
}
template <class Archive>
void pack(Archive& archive, RunInfo& i) {
  pack_all(archive, i.title, i.run_id, i.settings, i.config, i.provenance, i.vocabulary);
}
template <class Archive>
void pack(Archive& archive, RunMetrics& m) {
  pack_all(archive, m.train, m.eval, m.summary, m.wall_seconds);
}
template <class Archive>
void pack(Archive& archive, RunContents& c) {
  pack_all(archive, c.info, c.metrics, c.status, c.end_unix_time);
}
template <class Archive>
void pack(Archive& archive, TraceTensor& t) {
  pack_all(archive, t.name, t.long_name, t.units, t.axes, t.shape, t.values);
}
template <class Archive>
void pack(Archive& archive, TraceSet& t) {
  pack_all(archive, t.steps, t.tensors);
}
template <class Archive>
void pack(Archive& archive, ProbeTraces& p) {
  pack_all(archive, p.name, p.traces);
}

template <class T>
std::vector<std::byte> packed(T value) {
  std::vector<std::byte> bytes;
  PackingArchive archive(bytes);
  pack(archive, value);
  return bytes;
}

/// Throws std::runtime_error if the bytes are not those of a T.
template <class T>
T unpacked(std::span<const std::byte> bytes) {
  T value{};
  UnpackingArchive archive(bytes);
  pack(archive, value);
  return value;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
