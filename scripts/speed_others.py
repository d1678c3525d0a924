"""Another library's documents a processor second into its index. Runs in that library's environment, not in ours.

python -m scripts.speed_others NAME WEIGHTS     (texts as JSON on stdin)
"""

import json
import sys
import time
from collections.abc import Callable, Sequence

Texts = Sequence[str]


def txtai(weights: str) -> Callable[[Texts], object]:
    """With the texts kept and words beside vectors, as we do."""
    from txtai import Embeddings

    index = Embeddings(path=weights, content=True, hybrid=True)
    return lambda texts: index.index(list(texts))


def chromadb(weights: str) -> Callable[[Texts], object]:
    """With its own door to sentence-transformers."""
    import chromadb as chroma
    from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

    made = chroma.EphemeralClient().get_or_create_collection(
        "cards", embedding_function=SentenceTransformerEmbeddingFunction(weights)
    )
    return lambda texts: made.upsert(ids=[str(n) for n in range(len(texts))], documents=list(texts))


def haystack(weights: str) -> Callable[[Texts], object]:
    """Into its store in memory."""
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.document_stores.types import DuplicatePolicy
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

    embedder, store = SentenceTransformersDocumentEmbedder(model=weights, progress_bar=False), InMemoryDocumentStore()
    embedder.warm_up()
    return lambda texts: store.write_documents(
        embedder.run([Document(content=text) for text in texts])["documents"], DuplicatePolicy.OVERWRITE
    )


def llama_index(weights: str) -> Callable[[Texts], object]:
    """Into its simple store."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    embedder = HuggingFaceEmbedding(weights)
    return lambda texts: VectorStoreIndex([TextNode(text=text) for text in texts], embed_model=embedder)


PEERS = {"txtai": txtai, "chromadb": chromadb, "haystack": haystack, "llama-index": llama_index}


def rate(name: str, weights: str, texts: Texts) -> float:
    """The model is loaded, and has read two texts, before the time counts."""
    index = PEERS[name](weights)
    index(texts[:2])
    began = time.process_time()
    index(texts)
    return len(texts) / (time.process_time() - began)


if __name__ == "__main__":
    print(json.dumps(rate(sys.argv[1], sys.argv[2], json.load(sys.stdin))))
