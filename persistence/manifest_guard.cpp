#include "persistence/manifest_guard.hpp"

#include <charconv>
#include <cstdint>

namespace troupe::persistence {

void manifest_guard::note() const {
  const auto manifest = current_manifest(env_, path_);
  std::uint64_t bytes = 0;
  if (!manifest || !env_->GetFileSize(path_ + "/" + *manifest, &bytes).ok()) return;
  // Not synced: when it is lost or half written, nothing is known, and that is all.
  rocksdb::WriteStringToFile(env_, *manifest + " " + std::to_string(bytes) + "\n", file()).PermitUncheckedError();
}

std::optional<bool> manifest_guard::shortened(const std::string& manifest, std::uint64_t bytes) const {
  std::string noted;
  if (!rocksdb::ReadFileToString(env_, file(), &noted).ok()) return {};
  if (!noted.starts_with(manifest + " ") || !noted.ends_with("\n")) return {};
  std::uint64_t least = 0;
  std::from_chars(noted.data() + manifest.size() + 1, noted.data() + noted.size(), least);
  return bytes < least;
}

std::optional<std::string> current_manifest(rocksdb::Env* env, const std::string& path) {
  std::string name;
  if (!rocksdb::ReadFileToString(env, path + "/CURRENT", &name).ok()) return {};
  if (!name.starts_with("MANIFEST-") || !name.ends_with("\n")) return {};
  name.pop_back();
  if (name.find_first_not_of("0123456789", 9) != std::string::npos) return {};
  return name;
}

}  // namespace troupe::persistence
