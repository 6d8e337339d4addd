"""The words of calls: each is there in both languages, and says nothing that no text may say."""

from __future__ import annotations

import pytest

from engine.model.agreement import LANGUAGES, TextLanguage
from engine.model.spoken_words import SpokenWords, language_of_call, spoken


@pytest.mark.parametrize("words", SpokenWords)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_said_in_each_language_and_tells_it(
    words: SpokenWords, language: TextLanguage
) -> None:
    assert language_of_call(spoken(words, language)) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_names_both_keys(language: TextLanguage) -> None:
    for words in (SpokenWords.ALERT, SpokenWords.DRILL, SpokenWords.WHICH_KEY):
        assert "1" in spoken(words, language)
        assert "2" in spoken(words, language)
