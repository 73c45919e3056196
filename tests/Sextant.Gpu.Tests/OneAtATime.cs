// PoCL 3.1 counts who uses a compiled kernel by its hash and group size alone, though it keeps a version for small
// grids and one for large ones. Queues that run both at once can end the process (pocl_release_dlhandle_cache:
// found->ref_count), so no test runs beside another here.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
