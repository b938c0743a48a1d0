"""Run and corpus -> Parquet shards -> words: extract() writes every state, find() searches them."""
