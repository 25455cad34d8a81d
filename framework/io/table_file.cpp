#include "framework/io/table_file.hpp"

#include "framework/io/durable_file.hpp"
#include "framework/io/hdf5.hpp"
#include "framework/io/hdf5_attributes.hpp"
#include "framework/io/hdf5_values.hpp"
#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using namespace hdf5;

void write_column(const Group& group, const TableColumn& column) {
  const std::string& name = column.column.name;
  if (const auto* const texts = std::get_if<std::vector<std::string>>(&column.values)) {
    if (!texts->empty()) write_texts(group, name, *texts);
    return;
  }
  const auto& values = std::get<std::vector<double>>(column.values);
  if (values.empty()) return;
  const hsize_t rows = values.size();
  Dataset dataset = write_array<double>(group, name, {&rows, 1}, values);
  describe(dataset, column.column);
  dataset.close();
}

void write_group(hid_t parent, const std::string& name, const Table& table) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) {
    const Group group = create_group(parent, name);
    for (const TableColumn& column : table.columns) write_column(group, column);
    return;
  }
  const std::string outer = name.substr(0, slash);
  const Group group = has_link(parent, outer) ? open_group(parent, outer) : create_group(parent, outer);
  write_group(group, name.substr(slash + 1), table);
}

}  // namespace

void write_tables(const std::filesystem::path& path, const std::string& title,
                  std::span<const Table> tables) {
  const std::vector<std::byte> image = writing(path, [&] {
    initialise();
    File file = File::create_in_memory();
    write_attribute(file, schema::kConventions, std::string(schema::kTablesConventions));
    write_attribute(file, schema::kTitle, title);
    for (const Table& table : tables) write_group(file, table.name, table);
    return file.image();
  });
  write_whole(path, image);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
