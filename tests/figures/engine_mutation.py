"""Do the tests of the clinical rules bite? Small mistakes in programmes/clinical/ that some test notices."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.mutation.campaign import score
from tests.mutation.rule_runs import chosen, noticed_by

SAMPLE = 150  # of all mutants, the same ones each time; FULL=1 takes all, which is hours


@measures("engine")
def mistakes_in_rules_noticed(full: bool) -> Iterator[Figure]:
    mutants = chosen(None if full else SAMPLE)
    survivors = [mutant for mutant, by in noticed_by(mutants) if not by]
    for mutant in survivors:
        print(f"    survived: {mutant}")
    name = f"mutants of the clinical rules noticed, of {len(mutants)}, %"
    yield Figure(name, score(len(survivors), len(mutants)), ">= 85 %")
