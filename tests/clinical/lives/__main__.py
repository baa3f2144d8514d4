"""`python -m tests.clinical.lives` writes every story anew."""

from tests.clinical.lives.telling import LIVES, STORIES, file_of, story

STORIES.mkdir(exist_ok=True)
for number in range(LIVES):
    file_of(number).write_text(story(number))
