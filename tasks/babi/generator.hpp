// Stories of the twenty kinds of bAbI question, without end.
// Weston, Bordes, Chopra et al. 2015, "Towards AI-Complete Question Answering", arXiv:1502.05698.
//
// Written from the paper and from measurements of its data, version 1.2: the same words, sentences, lengths and ways to
// ask, and supporting facts in the same order. Here every question has one answer that follows from the statements.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "framework/tensor/random.hpp"
#include "tasks/babi/story_text.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

inline constexpr std::size_t kKinds = 20;

/// The name that files of a kind have, such as "single-supporting-fact" of kind 1.
/// Throws UsageError unless the kind is from 1 to kKinds.
std::string_view kind_name(std::size_t kind);

/// Stories with so many questions in all; the last ends with its last question that is wanted. Story i is a function of
/// stream.example(i), however many are asked for. Throws UsageError unless the kind is from 1 to kKinds.
std::vector<Story> generate_stories(std::size_t kind, std::size_t questions, const RandomStream& stream);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
