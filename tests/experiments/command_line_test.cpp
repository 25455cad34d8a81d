#include "experiments/command_line.hpp"

#include <sstream>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

const Syntax kSyntax{.name = "train",
                     .usage = {"train PRESET [--seed N]"},
                     .summary = "train a model",
                     .options = {{"seed", "N", "decides every random draw"},
                                 {"threads", "N", "threads at most"},
                                 {"quiet", "", "no progress"}},
                     .examples = {{"train demo", "the demo"}},
                     .most_arguments = 1,
                     .settings = true};

Arguments parse(const std::vector<std::string>& arguments) { return parse_arguments(kSyntax, arguments); }

}  // namespace

TEST_CASE("arguments, options and settings are told apart in any order") {
  const Arguments a = parse({"--seed", "3", "demo", "--training.steps=10", "--threads=2", "--quiet"});
  CHECK(a.positional == std::vector<std::string>{"demo"});
  CHECK(a.number("seed") == 3);
  CHECK(a.number("threads", 1) == 2);
  CHECK(a.has("quiet"));
  CHECK_FALSE(a.has("help"));
  REQUIRE(a.settings.size() == 1);
  CHECK(a.settings[0].key == "training.steps");
  CHECK(a.settings[0].value == "10");
}

TEST_CASE("a setting's value may hold an equals sign, a minus or nothing") {
  CHECK(parse({"--a.b=c=d"}).settings.at(0).value == "c=d");
  CHECK(parse({"--a.b=-1e-4"}).settings.at(0).value == "-1e-4");
  CHECK(parse({"--a.b=x y"}).settings.at(0).value == "x y");
}

TEST_CASE("a setting without a value is refused and the form is shown") {
  CHECK_THROWS_WITH(parse({"--training.steps", "10"}),
                    "setting 'training.steps' lacks its value: --training.steps=VALUE");
}

TEST_CASE("an unknown option is refused with the nearest known one") {
  CHECK_THROWS_WITH(parse({"--thread", "2"}), "unknown option '--thread'; did you mean '--threads'?");
  CHECK_THROWS_WITH(parse({"--thread=2"}), "unknown option '--thread'; did you mean '--threads'?");
  CHECK_THROWS_WITH(parse({"--see=2"}), "unknown option '--see'; did you mean '--seed'?");
}

TEST_CASE("a section-less setting is left for the settings to judge") {
  CHECK(parse({"--learning_rate=1"}).settings.at(0).key == "learning_rate");
}

TEST_CASE("a command without settings refuses them") {
  Syntax syntax = kSyntax;
  syntax.settings = false;
  CHECK_THROWS_WITH(parse_arguments(syntax, {"--training.steps=10"}), "unknown option '--training.steps'");
}

TEST_CASE("misuse of options is refused") {
  CHECK_THROWS_AS(parse({"--seed"}), UsageError);
  CHECK_THROWS_AS(parse({"--seed="}), UsageError);
  CHECK_THROWS_WITH(parse({"--seed", ""}), "option '--seed' lacks its value");
  CHECK_THROWS_AS(parse({"--seed", "1", "--seed", "2"}), UsageError);
  CHECK_THROWS_AS(parse({"--quiet=yes"}), UsageError);
  CHECK_THROWS_WITH(parse({"demo", "more"}), "unexpected argument 'more'");
  CHECK_THROWS_AS(parse({"--argument=x"}), UsageError);
  CHECK_THROWS_AS(parse({"--=x"}), UsageError);
}

TEST_CASE("more arguments than anyone means are refused at once") {
  CHECK_THROWS_WITH(parse(std::vector<std::string>(10001, "--a.b=c")), "more than ten thousand arguments");
  CHECK(parse(std::vector<std::string>(1000, "--a.b=c")).settings.size() == 1000);
}

TEST_CASE("an option that is no number is refused by name") {
  CHECK_THROWS_WITH(parse({"--seed", "x"}).number("seed"),
                    "--seed: expected a whole number of at least 0, got 'x'");
  CHECK_THROWS_WITH(parse({"--threads", "0"}).number("threads", 1),
                    "--threads: expected a whole number of at least 1, got '0'");
}

TEST_CASE("a comma list becomes numbers, each once") {
  CHECK(parse_list("task.length", "10,20,10,120", 1) == std::vector<std::size_t>{10, 20, 120});
  CHECK_THROWS_AS(parse_list("task.length", "10,,20", 1), UsageError);
  CHECK_THROWS_AS(parse_list("task.length", "", 1), UsageError);
  CHECK_THROWS_AS(parse_list("task.length", "0", 1), UsageError);
}

TEST_CASE("help shows usage, options and examples") {
  std::ostringstream help;
  write_help(help, kSyntax);
  CHECK(help.str() ==
        "usage: ./tapehead train PRESET [--seed N]\n"
        "\n"
        "train a model\n"
        "\n"
        "options\n"
        "  --section.key=VALUE  give a setting a value; any number of them\n"
        "  --seed N             decides every random draw\n"
        "  --threads N          threads at most\n"
        "  --quiet              no progress\n"
        "  --help               print this help and end\n"
        "\n"
        "examples\n"
        "  ./tapehead train demo  the demo\n");
}
