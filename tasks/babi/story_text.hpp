// Stories with questions as text, in the layout of the bAbI tasks.
// Weston, Bordes, Chopra et al. 2015, "Towards AI-Complete Question Answering", arXiv:1502.05698; its data, version 1.2.
//
//   1 Mary moved to the bathroom.
//   2 Mary got the football there.
//   3 Where is the football? <tab> bathroom <tab> 2 1
//   1 Sandra went to the garden.               a new story
//
// Lines are numbered from 1 in every story. A line with a tab is a question about the statements above it: the answer
// follows (several words are joined by commas and count as one), then the lines of the statements that support it, in
// the order of reasoning, which need not be that of the text. Words are what blanks separate, without the full stop or
// question mark at the end, in lower case. Nothing else is assumed of the language.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

using Words = std::vector<std::string>;

/// A question about the statements above it.
struct Question {
  std::size_t statements = 0;  // how many of the story precede it
  Words words;
  std::string answer;
  std::vector<std::size_t>
      supporting_facts;  // statements, from 0, in the order of reasoning; each < statements
};

struct Story {
  std::vector<Words> statements;
  std::vector<Question> questions;
};

/// The stories in `text`, the contents of a file called `origin`. Both kinds of line end are taken, and a
/// byte-order mark.
/// Throws DataError "ORIGIN:LINE: ..." at whatever departs from the layout, and where there is no question at all.
std::vector<Story> parse_stories(std::string_view text, const std::string& origin);

/// The words of one statement or question as a person types it. Throws DataError "ORIGIN:LINE: ..." if there are none.
Words parse_words(std::string_view text, const std::string& origin, std::size_t line);

/// The words of an answer, which commas join.
Words words_of_answer(std::string_view answer);

/// The stories of a file. Throws IoError if it cannot be read, and as parse_stories().
std::vector<Story> read_stories(const std::string& path);

/// The stories as text: sentences begin with a capital. parse_stories() reads it back to the same, in lower case.
std::string format_stories(const std::vector<Story>& stories);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
