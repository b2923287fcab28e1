#include "persistence/open.hpp"

#include <utility>

#include "persistence/committer.hpp"
#include "persistence/references.hpp"
#include "persistence/schema.hpp"

namespace troupe::persistence {

opened open_store(std::unique_ptr<engine> on, const store_options& with, bool damaged) {
  opened result;
  auto ready = bring_up_to_date(*on, result.notes);
  references_report report;
  if (ready.ok() && damaged) ready = review_references(*on, references_mode::mend, report);
  result.notes.insert(result.notes.end(), report.sentences.begin(), report.sentences.end());
  if (ready.ok())
    result.store = std::make_unique<committer>(std::move(on), with);
  else
    result.error = std::move(ready.text);
  return result;
}

}  // namespace troupe::persistence
