// Made-up stories: that they say what they ask, and how they resemble the published ones.
#include "tasks/babi/generator.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/tasks/babi/solver.hpp"

using namespace tapehead;

namespace {

constexpr std::size_t kQuestions = 1000;

std::vector<Story> stories_of(std::size_t kind, std::size_t questions = kQuestions,
                              std::string_view stream = "train") {
  return generate_stories(kind, questions, RandomStream(1, stream));
}

std::size_t count_questions(const std::vector<Story>& stories) {
  return std::accumulate(stories.begin(), stories.end(), std::size_t{0},
                         [](std::size_t n, const Story& story) { return n + story.questions.size(); });
}

bool same(const Question& a, const Question& b) {
  return a.statements == b.statements && a.words == b.words && a.answer == b.answer &&
         a.supporting_facts == b.supporting_facts;
}

// Whether `story` is what `whole` begins with.
bool begins(const Story& story, const Story& whole) {
  return story.statements.size() <= whole.statements.size() &&
         story.questions.size() <= whole.questions.size() &&
         std::equal(story.statements.begin(), story.statements.end(), whole.statements.begin()) &&
         std::equal(story.questions.begin(), story.questions.end(), whole.questions.begin(), same);
}

bool same(const Story& a, const Story& b) { return begins(a, b) && begins(b, a); }

bool same(const std::vector<Story>& a, const std::vector<Story>& b) {
  return std::ranges::equal(a, b, [](const Story& x, const Story& y) { return same(x, y); });
}

// A story up to a question, for messages.
std::string text_until(const Story& story, const Question& question) {
  Story shown = story;
  shown.statements.resize(question.statements);
  shown.questions = {question};
  return format_stories({shown});
}

template <class Check>  // of a kind, a story and a question
void check_all_questions(const Check& check) {
  for (std::size_t kind = 1; kind <= kKinds; ++kind) {
    for (const Story& story : stories_of(kind)) {
      for (const Question& question : story.questions) {
        const std::string wrong = check(kind, story, question);
        if (wrong.empty()) continue;
        FAIL_CHECK("kind " << kind << ": " << wrong << " in\n" << text_until(story, question));
        return;
      }
    }
  }
}

template <class Value>  // of a question
double mean(const std::vector<Story>& stories, const Value& value) {
  double sum = 0;
  for (const Story& story : stories)
    for (const Question& question : story.questions) sum += static_cast<double>(value(question));
  return sum / static_cast<double>(count_questions(stories));
}

double share_of(const std::vector<Story>& stories, const std::string& answer) {
  return mean(stories, [&](const Question& question) { return question.answer == answer; });
}

}  // namespace

TEST_CASE("a solver that only reads the statements finds every generated answer", "[babi]") {
  check_all_questions([](std::size_t kind, const Story& story, const Question& question) -> std::string {
    const std::string found = testing::solve(kind, story, question);
    return found == question.answer ? "" : "the solver says '" + found + "'";
  });
}

TEST_CASE("the supporting facts of a generated question suffice to answer it", "[babi]") {
  check_all_questions([](std::size_t kind, const Story& story, const Question& question) -> std::string {
    const std::string found = testing::solve_from_facts(kind, story, question);
    return found == question.answer ? "" : "the facts say '" + found + "'";
  });
}

TEST_CASE("the supporting facts of a generated question stand in the order of reasoning", "[babi]") {
  check_all_questions([](std::size_t kind, const Story& story, const Question& question) -> std::string {
    return testing::facts_in_order(kind, story, question) ? "" : "facts in another order";
  });
}

TEST_CASE("the supporting facts of a generated question are different statements above it", "[babi]") {
  check_all_questions([](std::size_t, const Story& story, const Question& question) -> std::string {
    const auto& facts = question.supporting_facts;
    if (facts.empty()) return "no supporting fact";
    if (std::set(facts.begin(), facts.end()).size() != facts.size()) return "a fact that is there twice";
    if (question.statements > story.statements.size()) return "a question about statements to come";
    return std::ranges::max(facts) < question.statements ? "" : "a fact that is not above";
  });
}

TEST_CASE("generated stories have exactly as many questions as are asked for, the last of all at the end",
          "[babi]") {
  for (std::size_t kind = 1; kind <= kKinds; ++kind) {
    CHECK(generate_stories(kind, 0, RandomStream(1, "train")).empty());
    for (const std::size_t questions : {1U, 2U, 13U, 1000U}) {
      const std::vector<Story> stories = stories_of(kind, questions);
      CHECK(count_questions(stories) == questions);
      CHECK(stories.back().questions.back().statements == stories.back().statements.size());
    }
  }
}

TEST_CASE("the same stream gives the same stories, another one others", "[babi]") {
  for (std::size_t kind = 1; kind <= kKinds; ++kind) {
    CHECK(same(stories_of(kind), stories_of(kind)));
    CHECK_FALSE(same(stories_of(kind), stories_of(kind, kQuestions, "test")));
  }
}

TEST_CASE("fewer questions give the beginning of the same stories", "[babi]") {
  for (std::size_t kind = 1; kind <= kKinds; ++kind) {
    const std::vector<Story> all = stories_of(kind, 200);
    for (const std::size_t questions : {1U, 4U, 97U}) {
      const std::vector<Story> some = stories_of(kind, questions);
      REQUIRE(some.size() <= all.size());
      for (std::size_t i = 0; i + 1 < some.size(); ++i) CHECK(same(some[i], all[i]));
      CHECK(begins(some.back(), all[some.size() - 1]));
    }
  }
}

TEST_CASE("generated stories are the same after they were written and read", "[babi]") {
  for (std::size_t kind = 1; kind <= kKinds; ++kind) {
    const std::vector<Story> stories = stories_of(kind);
    CHECK(same(parse_stories(format_stories(stories), "stories.txt"), stories));
  }
}

TEST_CASE("a kind of story that is not there is refused", "[babi]") {
  const RandomStream stream(1, "train");
  CHECK_THROWS_WITH(generate_stories(0, 1, stream), "there is no kind 0 of story; there are 1 to 20");
  CHECK_THROWS_AS(generate_stories(21, 1, stream), UsageError);
  CHECK_THROWS_AS(kind_name(0), UsageError);
  CHECK_THROWS_AS(kind_name(21), UsageError);
}

TEST_CASE("the kinds have the names of the published files", "[babi]") {
  CHECK(kind_name(1) == "single-supporting-fact");
  CHECK(kind_name(5) == "three-arg-relations");
  CHECK(kind_name(18) == "size-reasoning");
  CHECK(kind_name(20) == "agents-motivations");
}

// Measured on all published questions: 11,000 of a kind, 2,000 of kind 3, whose large training set was not to be had.
TEST_CASE("generated stories are as long as the published ones and have as many supporting facts", "[babi]") {
  struct Published {
    double statements, supporting_facts;  // of a question
  };
  constexpr Published kPublished[kKinds] = {{6.00, 1}, {15.57, 2},    {50.50, 3},    {2, 1},    {20.04, 1},
                                            {6.27, 1}, {8.62, 2.327}, {8.77, 1.944}, {6, 1},    {6, 1},
                                            {6, 2},    {6, 1},        {6, 2},        {7.71, 2}, {8, 2},
                                            {9, 3},    {2, 2},        {6.30, 2},     {5, 2},    {5.88, 1}};
  for (std::size_t kind = 1; kind <= kKinds; ++kind) {
    const std::vector<Story> stories = stories_of(kind, 10000);
    const auto [statements, supporting_facts] = kPublished[kind - 1];
    INFO("kind " << kind);
    CHECK(mean(stories, [](const Question& q) { return q.statements; }) == Approx(statements).epsilon(0.05));
    CHECK(mean(stories, [](const Question& q) { return q.supporting_facts.size(); }) ==
          Approx(supporting_facts).epsilon(0.03));
  }
}

TEST_CASE("generated answers are as frequent as the published ones", "[babi]") {
  struct Published {
    std::size_t kind;
    std::string answer;
    double share;
  };
  const Published published[] = {
      {1, "garden", 0.168},   {2, "kitchen", 0.156}, {4, "office", 0.169},  {6, "yes", 0.501},
      {7, "none", 0.470},     {7, "one", 0.487},     {7, "two", 0.041},     {8, "nothing", 0.360},
      {9, "yes", 0.374},      {10, "yes", 0.381},    {10, "maybe", 0.148},  {12, "hallway", 0.170},
      {14, "cinema", 0.172},  {15, "wolf", 0.248},   {16, "gray", 0.250},   {17, "yes", 0.499},
      {18, "yes", 0.495},     {19, "n,e", 0.084},    {20, "hungry", 0.158}, {20, "kitchen", 0.187},
      {20, "bedroom", 0.093}, {11, "office", 0.162}, {13, "garden", 0.162},
  };
  for (const Published& p : published) {
    INFO("kind " << p.kind << ", answer " << p.answer);
    CHECK(share_of(stories_of(p.kind, 10000), p.answer) == Approx(p.share).margin(0.02));
  }
}
