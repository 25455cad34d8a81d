#include "experiments/reproduction_catalogue.hpp"

#include <cmath>
#include <set>

#include "experiments/reproduction_reference.hpp"
#include "experiments/reproduction_runs.hpp"
#include "experiments/trained_net.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

const ReproductionResult& find(const std::string& id) {
  return *find_reproductions(reproduction_catalogue(), id).front();
}

}  // namespace

TEST_CASE("every row of the catalogue has a preset whose task has its variations") {
  for (const ReproductionResult& result : reproduction_catalogue()) {
    std::set<std::string> names;
    for (const ReproductionRow& row : result.rows) {
      INFO(row.name);
      CHECK(names.insert(row.name).second);
      const auto settings = preset_settings(row.preset, row.settings);
      CHECK(settings->training().sequences > 0);
      const auto task = settings->make_task();
      for (const Variation& variation : result.variations) {
        INFO(variation.text());
        CHECK_NOTHROW(variation.of(*task));
      }
    }
  }
}

TEST_CASE("every row of the catalogue has its published numbers") {
  for (const ReproductionResult& result : reproduction_catalogue()) {
    const auto rows = published_rows(result, reference_directory());
    REQUIRE(rows.size() == result.rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      INFO(result.rows[i].name);
      CHECK(rows[i].curve.size() > 1);
      CHECK(rows[i].curve.back().sequences == Approx(result.paper_sequences).epsilon(0.01));
      CHECK(rows[i].parameters > 10000);
      CHECK(std::isnan(rows[i].optimum) != result.above_optimum);
      for (const double value : rows[i].variations) {
        CHECK(std::isnan(value) == result.rows[i].generalisation.file.empty());
      }
    }
  }
}

TEST_CASE("published numbers are those of the paper's figures") {
  // ntm2014_curve_summary.csv, computed by another program from the same points.
  const auto copy = published_rows(find("ntm2014/copy"), reference_directory());
  CHECK(copy[0].loss_at(100e3) == Approx(0.002).margin(5e-4));
  CHECK(copy[2].loss_at(200e3) == Approx(2.02).margin(5e-4));
  CHECK(copy[0].first_below(0.1) == Approx(55.5e3).margin(50));
  CHECK(copy[0].parameters == 17162);
  CHECK(copy[1].variations == std::vector<double>{0, 0, 2, 1, 184});
  const auto repeat_copy = published_rows(find("ntm2014/repeat-copy"), reference_directory());
  CHECK(repeat_copy[1].variations ==
        std::vector<double>{12, 42});  // 20 vectors 10 times, 10 vectors 20 times
  CHECK(repeat_copy[2].variations == std::vector<double>{553, 467});
  const auto recall = published_rows(find("ntm2014/associative-recall"), reference_directory());
  CHECK(recall[0].variations[1] == Approx(0.139).margin(5e-4));
  const auto ngrams = published_rows(find("ntm2014/ngrams"), reference_directory());
  CHECK(ngrams[2].loss_at(200e3) == Approx(135.617 - 131.608).margin(1e-3));
}

TEST_CASE("results are found by paper and by name") {
  const auto all = reproduction_catalogue();
  CHECK(find_reproductions(all, "ntm2014").size() == 5);
  CHECK(find_reproductions(all, "ntm2014/copy").front()->name == "copy");
  CHECK_THROWS_WITH(find_reproductions(all, "ntm2014/copi"),
                    "there is nothing to reproduce by the name 'ntm2014/copi'; did you mean 'ntm2014/copy'?");
  CHECK_THROWS_AS(find_reproductions(all, "something else"), UsageError);
}

TEST_CASE("rows are chosen by short or whole names, in the result's order") {
  const ReproductionResult& copy = find("ntm2014/copy");
  CHECK(choose_rows(copy, {}).size() == 3);
  const std::vector<std::string> names = {"lstm", "ff", "ntm-ff", "copy-ntm-ff"};
  const auto rows = choose_rows(copy, names);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]->name == "copy-ntm-ff");
  CHECK(rows[1]->name == "copy-lstm");
  const std::vector<std::string> wrong = {"gru"};
  CHECK_THROWS_WITH(choose_rows(copy, wrong),
                    "--rows: ntm2014/copy has no row 'gru'; its rows: ff, ntm-lstm, lstm");
}
