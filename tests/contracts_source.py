"""What every source promises; each implementation's test class inherits these tests."""

from urllib.parse import urlsplit

from indexer.documents import Document
from indexer.sources.protocol import Checkpoint, Delete, Event, Failure, Source, Upsert


def upserts(events: list[Event]) -> list[Document]:
    """The documents that events tell, in order."""
    return [event.document for event in events if isinstance(event, Upsert)]


class SourceContract:
    """Inherit and provide a fixture `source` that can be read without failure and holds at least one document."""

    def test_pulling_twice_tells_the_same(self, source: Source) -> None:
        assert list(source.pull(None)) == list(source.pull(None))

    def test_tells_each_document_once(self, source: Source) -> None:
        ids = [document.id for document in upserts(list(source.pull(None)))]

        assert ids
        assert len(ids) == len(set(ids))

    def test_ids_begin_with_the_name_and_the_kind(self, source: Source) -> None:
        for document in upserts(list(source.pull(None))):
            head, account, kind, native_id = document.id.split(":", 3)

            assert f"{head}:{account}" == source.name == document.source
            assert kind == document.kind
            assert native_id == native_id.strip() != ""

    def test_the_census_counts_what_pull_tells(self, source: Source) -> None:
        census = source.census()

        assert census.complete
        assert census.ids == {document.id for document in upserts(list(source.pull(None)))}

    def test_ends_with_a_checkpoint_from_which_nothing_is_left(self, source: Source) -> None:
        last = list(source.pull(None))[-1]

        assert isinstance(last, Checkpoint)
        assert upserts(list(source.pull(last.cursor))) == []
        assert list(source.pull(last.cursor))[-1] == last

    def test_an_unknown_cursor_tells_everything(self, source: Source) -> None:
        assert list(source.pull("from another world@12")) == list(source.pull(None))

    def test_fetches_a_document_as_pull_tells_it(self, source: Source) -> None:
        first = upserts(list(source.pull(None)))[0]

        assert list(source.fetch([first.id])) == [Upsert(first)]

    def test_what_does_not_exist_is_fetched_as_deleted(self, source: Source) -> None:
        missing = f"{source.name}:card:nothing-like-it"

        (event,) = source.fetch([missing])

        assert isinstance(event, Delete)
        assert event.document_id == missing

    def test_has_nothing_to_complain_of(self, source: Source) -> None:
        assert source.check() == []
        assert not [event for event in source.pull(None) if isinstance(event, Failure)]

    def test_links_are_web_links_or_empty(self, source: Source) -> None:
        for document in upserts(list(source.pull(None))):
            anchors = [section.anchor for section in document.sections if section.anchor is not None]
            for link in (*filter(None, [document.url]), *anchors):
                assert urlsplit(link).scheme in ("http", "https")
                assert urlsplit(link).hostname

    def test_times_are_aware_and_texts_hold_nothing_invisible(self, source: Source) -> None:
        for document in upserts(list(source.pull(None))):
            times = [document.created_at, document.updated_at, *(section.at for section in document.sections)]
            texts = [document.title, document.parent, document.lane, *(section.text for section in document.sections)]

            assert all(at.utcoffset() is not None for at in times if at)
            assert document.title
            assert "\n" not in document.title
            assert not any(set(text) & set("\x00\x07\x1b\u202e\u2066\ufeff\u200b") for text in texts)
