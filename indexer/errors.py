"""What can go wrong, as sentences with a way out. Pure.

SignpostError                 everything we can explain; its text is shown to the person as it stands
├── SettingsError             signpost.toml or the environment: all problems at once
├── TemplateError             a template, or the wording beside it, cannot be used
├── SourceError               a source cannot be read
│   ├── UnreadableFile        missing, empty, not the format it claims: names file, row and column
│   ├── UnknownExport         a readable file whose columns nobody recognises; carries a preview
│   ├── Refused               a service does not let us in, or not so far: a token, a scope
│   ├── Unavailable           a service does not answer, or only that it is busy; trying again may help
│   └── BadAnswer             a service answers what makes no sense, or leads elsewhere
├── ShrinkError               too much of a source would vanish at once; nothing was deleted
├── IndexProblem              the index
│   ├── NoIndex               nothing has been indexed yet
│   ├── DamagedIndex          a cache or the store fails its check
│   └── BusyIndex             another process is writing
├── ModelError                the embedding model is missing, altered or cannot be compiled
├── MailboxError              a mail account
│   ├── LoginRefused          wrong user or password; trying again will not help
│   ├── Unreachable           network or server trouble; trying again may help
│   ├── MissingFolder         a watched folder is not there
│   ├── LeaseLost             another process watches this mailbox now
│   └── NoDraftsFolder        there is none and none could be made
└── LedgerError               receipts or the draft protocol cannot be kept
"""

from collections.abc import Sequence


class SignpostError(Exception):
    """Anything we can explain. `str()` is a sentence that says what is wrong and what to do."""


class SettingsError(SignpostError):
    """The settings are wrong; `problems` holds one sentence for each mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep all `problems` and show them one a line."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class TemplateError(SignpostError):
    """A template or its wording is missing or faulty; names file and line."""


class SourceError(SignpostError):
    """A source cannot be read; the others go on."""


class UnreadableFile(SourceError):
    """A file is missing, empty, cut short or not in the format it claims."""


class UnknownExport(SourceError):
    """A readable table whose columns match no product we know; `preview` holds its head."""

    def __init__(self, message: str, preview: str = "") -> None:
        """Carry the sentence and the first lines of the file, for the question to the user."""
        self.preview = preview
        super().__init__(message)


class Refused(SourceError):
    """A service refused its credential, or what the credential may not do; `status` is 401 or 403, 0 if never asked."""

    def __init__(self, message: str, status: int = 0) -> None:
        """Carry the sentence and the status of the reply."""
        self.status = status
        super().__init__(message)


class Unavailable(SourceError):
    """A service did not answer in time, or only that it is busy or broken; trying again later may help."""


class BadAnswer(SourceError):
    """A service did not understand a call, answered what nobody can read, or led to somewhere else."""


class ShrinkError(SignpostError):
    """Too large a part of a source would vanish in one update; nothing of it was deleted."""


class IndexProblem(SignpostError):
    """The index cannot do what was asked."""


class NoIndex(IndexProblem):
    """Nothing has been indexed yet."""


class DamagedIndex(IndexProblem):
    """A file of the index fails its check."""


class BusyIndex(IndexProblem):
    """Another process is writing to the index."""


class ModelError(SignpostError):
    """The embedding model is missing, altered, or cannot be compiled."""


class MailboxError(SignpostError):
    """A mail account cannot be used."""


class LoginRefused(MailboxError):
    """The server refused user or password; trying again will not help and may lock the account."""


class Unreachable(MailboxError):
    """The network or the server failed; trying again may help."""


class MissingFolder(MailboxError):
    """A watched folder does not exist or may not be read; the others go on."""


class LeaseLost(MailboxError):
    """Another process took the mailbox over; this one must not write into it."""


class NoDraftsFolder(MailboxError):
    """The account has no Drafts folder and none could be made."""


class LedgerError(SignpostError):
    """Receipts or the draft protocol cannot be kept; no draft is written without them."""
