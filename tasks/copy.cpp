#include "tasks/copy.hpp"

#include "tasks/hex_vectors.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::string_view kFigure6 = "82 26 a4 88 5f 08 02 68 ab 88 20 09 e9 1d e7 cb fc af 59 d1";

// The targets of Figure 4, from the top.
constexpr std::string_view kFigure4[] = {
    "10 f2 42 6c 3c 8a f5 48 c2 02", "ca 9c f6 d9 75 1c 53 60 14 fa 08 b0 ed e5 75 53 ea d2 78 7c",
    "98 8f 17 76 19 92 bb 5a 70 cc 9d a4 66 a5 f8 40 31 08 a2 e0 8a 57 90 da 51 dc 85 68 01 79",
    "5a 7f c5 d3 b2 ea 06 ed 39 98 78 89 44 b8 43 92 75 c0 0a c3 12 c3 5e 26 a4 53 94 5d d8 ae "
    "2e b4 3d 62 82 53 0d 08 3d 67 2a 0f 65 03 ae 11 a2 df 3c c1",
    "d5 33 9c 57 4a 4d 77 40 0b f9 d4 86 f0 86 e4 33 fc 3f 66 55 54 5d b2 38 43 e2 17 5f b8 fe "
    "aa d9 75 6b 6b ea e3 f2 22 b5 b1 cf 65 8c 0b a4 2d 71 9a 92 cb 09 b4 73 bb 0f bb 13 ba e5 "
    "39 48 13 9a c6 f2 74 e4 9a 7a 41 52 56 c4 5d c0 d4 e9 0a 2a 4b 8b d6 d3 1e bd 1e b7 ca b6 "
    "b3 18 08 7b e4 54 53 80 35 81 ad 18 d3 a6 3a 52 a3 bd 4c 6e 36 5f 06 75 d0 65 88 1e e1 b2"};

}  // namespace

std::vector<Probe> Copy::probes() const {
  constexpr std::size_t kPaperBits = 8;
  if (options().bits != kPaperBits) return {};
  std::vector<Probe> probes;
  const auto add = [&](const std::string& figure, const std::string& name, std::string_view vectors) {
    SequenceBatch batch = of_vectors(vectors_from_hex(vectors, kPaperBits));
    const std::string length = std::to_string((batch.steps() - 2) / 2);
    probes.push_back({.name = name.empty() ? "figure-4-length-" + length : name,
                      .title = "copy of " + length + " vectors, an input of Figure " + figure,
                      .source = "Graves, Wayne and Danihelka 2014, arXiv:1410.5401, Figure " + figure,
                      .batch = std::move(batch)});
  };
  add("6", "figure-6", kFigure6);
  for (const std::string_view vectors : kFigure4) add("4", "", vectors);
  return probes;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
