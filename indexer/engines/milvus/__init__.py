"""Search lanes on Milvus, in front of an index that keeps everything else."""
