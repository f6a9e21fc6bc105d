// Posix I/O: the steps that durable files are made of. Errors name the path.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/internal/descriptor.h"

namespace glass::system {

// The folder a file lies in, "." for a bare name.
Path folder_of(const Path& file);

// open() with O_CLOEXEC and mode 0666.
[[nodiscard]] Result<Descriptor> open_file(const Path& file, int flags, std::string_view action);

// Opens or creates `aside` for writing and holds it alone: whoever else calls this waits. Errors
// name `file`, for whose sake it is done.
[[nodiscard]] Result<Descriptor> open_exclusively(const Path& aside, const Path& file);

// kInvalidInput for a folder.
[[nodiscard]] Result<uint64_t> file_size(const Descriptor& fd, const Path& file);

// From the start to the end, also of files in /proc, which have no size.
[[nodiscard]] Result<Bytes> read_all(const Descriptor& fd, const Path& file);

[[nodiscard]] Status write_all(const Descriptor& fd, ByteView bytes, const Path& file);

// Tells the disk to write what was given to the file, and does not wait: nothing is durable by it.
void start_writing(const Descriptor& fd);

[[nodiscard]] Status sync_file(const Descriptor& fd, const Path& file);
[[nodiscard]] Status sync_folder(const Path& folder);

// Every file and folder at and below `path`; links are not followed.
[[nodiscard]] Status sync_tree(const Path& path);

}  // namespace glass::system
