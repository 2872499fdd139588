"""The menus as pure functions: `enter` when a call arrives, `heard` after each answer.

Theory. A call has a `Position`: which menu, in which language, how often it was not understood,
and what was chosen before. The caller's side carries it (in the URL of the next webhook), so the
menus keep no state and may be answered by any process. Each function returns one **step**: ask
again, route to a department, or say that the department is closed. There is no step that ends
the call: who cannot be understood is led to a person.

Key 0 and "operator" lead to a person from everywhere. Words are matched in every language of the
company; words of another language change the language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from telephony.prompts import Prompt, say
from telephony.routing import speech
from telephony.routing.forms import Destination
from telephony.routing.hours import is_open, next_open
from telephony.routing.languages import first_language
from telephony.routing.model import Choice, Company, Menu, Recording, spoken_name

PERSON_KEY = "0"
_OPERATOR = Destination("operator")
_SEPARATOR = "|"
_LONGEST_PATH = 10
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to be spoken, not yet put into words; `speak` does that."""

    key: Prompt
    language: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a caller stands in the menus. `path` is what they chose, in words for the receiver."""

    menu: str
    tries: int
    language: str
    path: tuple[str, ...] = ()

    def to_query(self) -> dict[str, str]:
        """The position as query parameters of the next webhook's URL."""
        path = _SEPARATOR.join(self.path)
        return {
            "menu": self.menu,
            "tries": str(self.tries),
            "language": self.language,
            "path": path,
        }

    @staticmethod
    def from_query(query: Mapping[str, str]) -> Position:
        """The position in query parameters. Whatever cannot be read counts as the beginning."""
        tries = query.get("tries", "")
        path = tuple(word for word in query.get("path", "").split(_SEPARATOR) if word)
        return Position(
            menu=query.get("menu", ""),
            tries=int(tries) if tries.isascii() and tries.isdigit() and len(tries) < 3 else 0,
            language=query.get("language", ""),
            path=tuple(word[:_LONGEST_WORD] for word in path[:_LONGEST_PATH]),
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """Speak the sentences and wait for `num_digits` keys or for words; `hints` help to hear."""

    position: Position
    sentences: tuple[Sentence, ...]
    hints: tuple[str, ...]
    num_digits: int = 1


@dataclass(frozen=True, slots=True)
class RouteTo:
    """The caller wants this department, and it is open. `name` is how it is called aloud."""

    department: str
    name: str
    language: str
    path: tuple[str, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """The caller wants this department, but it opens only at `next_open` (None: nobody knows).

    What the caller may choose now (a callback, a message) is asked by the contact's own machine.
    """

    department: str
    name: str
    language: str
    next_open: datetime | None
    path: tuple[str, ...]
    sentences: tuple[Sentence, ...]


Step = Ask | RouteTo | Closed


def enter(
    company: Company,
    dialled: str,
    caller: str,
    at: datetime,
    language: str | None = None,
    *,
    again: bool = False,
) -> Step:
    """The first step of a call to `dialled` from `caller` ("" when withheld).

    `language` is the one an earlier contact used; without it the caller's country decides.
    `again`: we know this caller from an earlier contact, and say so.
    A number that the company does not know is treated as its first one.
    """
    spoken = language if language in company.languages else first_language(company, caller)
    lead = [
        Sentence(
            Prompt.GREETING_AGAIN if again else Prompt.GREETING, spoken, {"company": company.name}
        )
    ]
    if company.recording is Recording.ANNOUNCED:
        lead.append(Sentence(Prompt.RECORDING_NOTICE, spoken))
    target = company.numbers.get(dialled) or next(iter(company.numbers.values()))
    return _go(company, target, Position("", 0, spoken), at, tuple(lead))


def heard(
    company: Company, position: Position, digits: str | None, said: str | None, at: datetime
) -> Step:
    """The step after an answer: the keys pressed, the words said, or neither (silence)."""
    if position.language not in company.languages:
        position = replace(position, language=company.languages[0])
    menu = company.menus.get(position.menu)
    if menu is None:
        # The menus were published anew while this caller was listening.
        fresh = next(iter(company.numbers.values()))
        return _go(company, fresh, replace(position, tries=0), at, ())
    if digits:
        answer = _pressed(menu, digits), position.language
    else:
        answer = _understood(company, menu, position.language, said or "")
    target, language = answer
    position = replace(position, language=language)
    if target is None:
        return _again(company, menu, position, at, silence=not (digits or said))
    chosen = position
    if target.kind in ("department", "menu", "operator"):
        path = (*position.path, _label(company, menu, target, company.languages[0]))
        chosen = replace(position, path=path[-_LONGEST_PATH:])
    return _go(company, target, chosen, at, ())


def speak(company: Company, sentence: Sentence) -> str:
    """The sentence in words, in the company's own wording where it has one."""
    return say(sentence.language, sentence.key, wording=company.wording, **sentence.params)


# -- what was answered -------------------------------------------------------------------------


def _pressed(menu: Menu, digits: str) -> Destination | None:
    key = digits[0]
    if key == PERSON_KEY:
        return _OPERATOR
    return next((choice.to for choice in menu.choices if choice.key == key), None)


def _understood(
    company: Company, menu: Menu, language: str, said: str
) -> tuple[Destination | None, str]:
    """What the words ask for, and the language in which they ask."""
    wanted = speech.best_match(
        said, ((word, code) for code in company.languages for word in speech.LANGUAGE[code])
    )
    spoken = [language, *(code for code in company.languages if code != language)]
    for code in spoken:
        target = speech.best_match(said, _offers(company, menu, code, said))
        if target is not None:
            return target, wanted or code
    return (Destination("language", wanted), wanted) if wanted else (None, language)


def _offers(
    company: Company, menu: Menu, language: str, said: str
) -> Iterator[tuple[str, Destination]]:
    for word in (*speech.PERSON[language], *speech.digit_words(said, PERSON_KEY, language)):
        yield word, _OPERATOR
    for choice in menu.choices:
        words = choice_words(company, choice, language)
        for word in (*words, *speech.digit_words(said, choice.key, language)):
            yield word, choice.to


def choice_words(company: Company, choice: Choice, language: str) -> tuple[str, ...]:
    """The words that choose this key in a language."""
    own = choice.spoken.get(language, ())
    if own or choice.to.kind in ("language", "operator"):
        return own
    if choice.to.kind == "repeat":
        return speech.REPEAT[language]
    if choice.to.kind == "department":
        department = company.departments[choice.to.name]
        return department.spoken.get(language, (department.name,))
    return ()


# -- what follows ------------------------------------------------------------------------------


def _go(
    company: Company,
    target: Destination,
    position: Position,
    at: datetime,
    lead: tuple[Sentence, ...],
) -> Step:
    if target.kind == "department":
        return _department(company, target.name, position, at, lead)
    if target.kind == "operator":
        sentences = (*lead, Sentence(Prompt.TO_PERSON, position.language))
        return _department(company, company.operator, position, at, sentences)
    if target.kind == "language":
        position = replace(position, language=target.name)
        lead = (*lead, Sentence(Prompt.LANGUAGE_CHANGED, target.name))
    elif target.kind == "menu":
        position = replace(position, menu=target.name, tries=0)
    return _ask(company, company.menus[position.menu], position, lead)


def _again(
    company: Company, menu: Menu, position: Position, at: datetime, *, silence: bool
) -> Step:
    tries = position.tries + 1
    lead = (Sentence(Prompt.SILENCE if silence else Prompt.NOT_UNDERSTOOD, position.language),)
    if tries >= menu.max_tries:
        return _go(company, menu.otherwise, position, at, lead)
    return _ask(company, menu, replace(position, tries=tries), lead)


def _department(
    company: Company, key: str, position: Position, at: datetime, lead: tuple[Sentence, ...]
) -> RouteTo | Closed:
    department, language = company.departments[key], position.language
    name = spoken_name(department, language)
    if not is_open(company, department, at):
        opens = next_open(company, department, at)
        return Closed(key, name, language, opens, position.path, lead)
    sentences = (*lead, Sentence(Prompt.CONNECTING_TO, language, {"department": name}))
    return RouteTo(key, name, language, position.path, sentences)


def _ask(company: Company, menu: Menu, position: Position, lead: tuple[Sentence, ...]) -> Ask:
    language = position.language
    sentences = list(lead)
    hints = [*speech.PERSON[language]]
    if language in menu.prompt:
        sentences.append(Sentence(Prompt.PLAIN, language, {"text": menu.prompt[language]}))
    # The offer of another language comes first: who needs it understands nothing else.
    for choice in sorted(menu.choices, key=lambda choice: choice.to.kind != "language"):
        sentences.extend(_offer(company, menu, choice, language))
        hints.extend(choice_words(company, choice, language))
    hints.extend(word for code in company.languages for word in speech.LANGUAGE[code])
    sentences.append(Sentence(Prompt.MENU_PERSON, language))
    return Ask(position, tuple(sentences), tuple(dict.fromkeys(hints)))


def _offer(company: Company, menu: Menu, choice: Choice, language: str) -> Iterator[Sentence]:
    kind = choice.to.kind
    if kind == "language":
        if choice.to.name != language:
            yield Sentence(Prompt.MENU_LANGUAGE, choice.to.name, {"key": choice.key})
    elif kind == "repeat":
        yield Sentence(Prompt.MENU_REPEAT, language, {"key": choice.key})
    elif kind != "operator":  # the sentence about key 0 says how to reach a person
        label = _label(company, menu, choice.to, language)
        params = {"choice": label, "key": choice.key, "word": label}
        yield Sentence(Prompt.MENU_CHOICE, language, params)


def _label(company: Company, menu: Menu, target: Destination, language: str) -> str:
    """How a choice is called aloud: its own first word, else its department's name."""
    for choice in menu.choices:
        words = choice.spoken.get(language)
        if choice.to == target and words:
            return words[0]
    if target.kind == "department":
        return spoken_name(company.departments[target.name], language)
    return speech.PERSON[language][1] if target.kind == "operator" else target.name
