#include "tasks/babi/generator.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "framework/tensor/error.hpp"
#include "tasks/babi/stories.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

struct Kind {
  std::string_view name;
  Story (*tell)(Draws&);
};

constexpr std::array<Kind, kKinds> kAllKinds = {{
    {"single-supporting-fact", single_supporting_fact},
    {"two-supporting-facts", two_supporting_facts},
    {"three-supporting-facts", three_supporting_facts},
    {"two-arg-relations", two_arg_relations},
    {"three-arg-relations", three_arg_relations},
    {"yes-no-questions", yes_no_questions},
    {"counting", counting},
    {"lists-sets", lists_sets},
    {"simple-negation", simple_negation},
    {"indefinite-knowledge", indefinite_knowledge},
    {"basic-coreference", basic_coreference},
    {"conjunction", conjunction},
    {"compound-coreference", compound_coreference},
    {"time-reasoning", time_reasoning},
    {"basic-deduction", basic_deduction},
    {"basic-induction", basic_induction},
    {"positional-reasoning", positional_reasoning},
    {"size-reasoning", size_reasoning},
    {"path-finding", path_finding},
    {"agents-motivations", agents_motivations},
}};

const Kind& kind_of(std::size_t kind) {
  if (kind < 1 || kind > kKinds) {
    throw UsageError("there is no kind " + std::to_string(kind) + " of story; there are 1 to " +
                     std::to_string(kKinds));
  }
  return kAllKinds[kind - 1];
}

}  // namespace

std::string_view kind_name(std::size_t kind) { return kind_of(kind).name; }

std::vector<Story> generate_stories(std::size_t kind, std::size_t questions, const RandomStream& stream) {
  const auto tell = kind_of(kind).tell;
  std::vector<Story> stories;
  while (questions > 0) {
    Draws draws = stream.example(static_cast<std::uint32_t>(stories.size())).draws();
    Story story = tell(draws);
    if (story.questions.size() > questions) {
      story.questions.resize(questions);
      story.statements.resize(story.questions.back().statements);
    }
    questions -= story.questions.size();
    stories.push_back(std::move(story));
  }
  return stories;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
