#include "experiments/csv.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

namespace fs = std::filesystem;

CsvTable read(const std::string& text) {
  std::istringstream in(text);
  return read_csv(in, "t.csv");
}

std::string written(const CsvTable& table) {
  std::ostringstream out;
  write_csv(out, table);
  return out.str();
}

struct Place {
  fs::path path = fs::temp_directory_path() / ("tapehead-csv-" + std::to_string(getpid()));
  Place() { fs::create_directories(path); }
  ~Place() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("a table is read and written back as it was") {
  const std::string text = "name,value\nplain,1\n\"a, b\",2\n\"say \"\"so\"\"\",\n";
  const CsvTable table = read(text);
  CHECK(table.columns == std::vector<std::string>{"name", "value"});
  REQUIRE(table.rows.size() == 3);
  CHECK(table.cell(table.rows[1], "name") == "a, b");
  CHECK(table.cell(table.rows[2], "name") == "say \"so\"");
  CHECK(table.number(table.rows[0], "value") == 1);
  CHECK(std::isnan(table.number(table.rows[2], "value")));
  CHECK(std::isnan(table.number(table.rows[2], "no such column")));
  CHECK(written(table) == text);
}

TEST_CASE("what a spreadsheet adds to a table is read past") {
  const CsvTable table = read(
      "\xef\xbb\xbf"
      "a,b\r\n1,2\r\n\r\n");
  CHECK(table.columns.front() == "a");
  CHECK(table.cell(table.rows.at(0), "b") == "2");
  CHECK(table.rows.size() == 1);
}

TEST_CASE("a damaged line is refused with its number") {
  CHECK_THROWS_WITH(read("a,b\n1,2\n\n3\n"), "t.csv:4: expected 2 cells, as many as the first line, got 1");
  CHECK_THROWS_WITH(read("a,b\n1,2,3\n"), "t.csv:2: expected 2 cells, as many as the first line, got 3");
  CHECK_THROWS_WITH(read("a,b\n1,\"2\n"), "t.csv:2: a quote is not closed");
  CHECK_THROWS_WITH(read("a,b\n1,2\"3\"\n"),
                    "t.csv:2: a quote stands inside of a cell that is not quoted as a whole");
  CHECK_THROWS_WITH(read("a,a\n"), "t.csv:1: two columns are named 'a'");
  CHECK_THROWS_WITH(read(""), "t.csv:1: expected a line that names the columns");
  CHECK_THROWS_AS(read(std::string("a\0b\n", 4)), DataError);
}

TEST_CASE("a cell that is no number is refused with its line and column") {
  const CsvTable table = read("a,b\n1,2\n3,4x\n");
  CHECK_THROWS_WITH(table.number(table.rows[1], "b"), "t.csv:3: column 'b': expected a number, got '4x'");
}

TEST_CASE("a row adds the columns it needs and leaves those it does not know") {
  CsvTable table = read("a,unknown\n1,kept\n");
  table.add({{"a", "2"}, {"new", "3"}});
  CHECK(written(table) == "a,unknown,new\n1,kept,\n2,,3\n");
}

TEST_CASE("numbers come back from a table as they were") {
  for (const double number : {0.1, 1.0 / 3, 1e-300, 123456789.0, -0.0}) {
    CsvTable table;
    table.add({{"x", csv_number(number)}});
    CHECK(table.number(table.rows.front(), "x") == number);
  }
  CHECK(csv_number(std::nan("")).empty());
  CHECK(csv_number(250000) == "250000");
  CHECK(csv_number(500000) == "500000");  // not 5e+05, which is shorter
  CHECK(csv_number(1e300) == "1e+300");
}

TEST_CASE("writers of one table wait for each other") {
  const Place place;
  const fs::path path = place.path / "new" / "table.csv";
  const auto write = [&](const std::string& who) {
    for (int i = 0; i < 20; ++i) {
      update_csv_file(path, [&](CsvTable& table) { table.add({{"who", who}, {"i", std::to_string(i)}}); });
    }
  };
  std::thread one(write, "one"), two(write, "two");
  one.join();
  two.join();
  CHECK(read_csv_file(path).rows.size() == 40);
}

TEST_CASE("writers of one file who do not wait do not disturb each other") {
  const Place place;
  const fs::path path = place.path / "table.csv";
  CsvTable table;
  for (int i = 0; i < 50; ++i) table.add({{"i", std::to_string(i)}});
  std::atomic<int> failures = 0;
  const auto write = [&] {
    for (int i = 0; i < 30; ++i) {
      try {
        write_csv_file(path, table);
      } catch (const Error&) {
        ++failures;
      }
    }
  };
  std::thread one(write), two(write), three(write);
  one.join();
  two.join();
  three.join();
  CHECK(failures == 0);
  CHECK(read_csv_file(path).rows.size() == 50);
  CHECK(std::distance(fs::directory_iterator(place.path), fs::directory_iterator()) == 1);
}

TEST_CASE("what killed writers left of a file goes when it is old") {
  const Place place;
  const fs::path old = place.path / "table.csv.host-1-1.partial",
                 fresh = place.path / "table.csv.host-2-1.partial";
  std::ofstream(old) << "half";
  std::ofstream(fresh) << "half";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
  CsvTable table;
  table.add({{"a", "1"}});
  write_csv_file(place.path / "table.csv", table);
  CHECK_FALSE(fs::exists(old));
  CHECK(fs::exists(fresh));
}

TEST_CASE("a table that is damaged is not written over") {
  const Place place;
  const fs::path path = place.path / "table.csv";
  std::ofstream(path) << "a,b\n1\n";
  CHECK_THROWS_AS(update_csv_file(path, [](CsvTable& table) { table.add({{"a", "2"}}); }), DataError);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  CHECK(text.str() == "a,b\n1\n");
}
