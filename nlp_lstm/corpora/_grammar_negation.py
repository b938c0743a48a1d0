"""Sentences that take something back, written by one small grammar per label: "it looked fresh, but was not".

What the treebank hardly has and people say all day: negated blame, praise and blame that are taken back, and
answers that begin or end with "no". The label of a sentence is that of the grammar that wrote it.
"""

from nlp_lstm.corpora._grammar import Grammar

PRAISE = """
    good nice fine wonderful excellent brilliant superb terrific fantastic fabulous amazing
    marvelous magnificent perfect remarkable impressive outstanding exceptional funny hilarious
    amusing witty clever smart intelligent insightful wise charming lovely delightful enjoyable
    pleasant appealing attractive gorgeous elegant graceful moving touching heartfelt tender warm
    gentle sweet fresh original inventive imaginative lively vivid exciting thrilling gripping
    compelling absorbing fascinating engaging interesting intriguing powerful rich satisfying
    refreshing inspiring uplifting convincing believable honest sincere reliable comfortable useful
    helpful solid sharp polished pretty cool worthwhile memorable rewarding likable
"""
FAULT = """
    bad dull slow boring tedious tiresome dreary bland flat stale lifeless uninspired unoriginal
    predictable clumsy awkward clunky sloppy messy muddled confusing incoherent pointless
    meaningless empty shallow hollow silly dumb idiotic foolish ridiculous absurd ludicrous lame
    weak poor terrible horrible dreadful atrocious abysmal lousy rotten nasty vile ugly cheap fake
    phony dishonest pretentious pompous preachy irritating grating exasperating painful unpleasant
    unwatchable unbearable disappointing unsatisfying forgettable mediocre inept incompetent
    amateurish useless worthless broken noisy uncomfortable unreliable disgusting offensive
    depressing dismal wretched unfunny unconvincing implausible overlong listless
"""
THINGS = {
    "THING": "film story book song show plot food room service camera radio car game ending cast music",
    "THE": {"the THING": 4, "this THING": 2, "it": 4},
    "WHO": "she he everyone somebody",
    "SAYS": "says claims writes",
    "SEEMED": "looked seemed sounded appeared",
    "NOT": {"not": 1, "n't": 1},
}
TURNED = {  # what is said of the thing is the contrary of the word
    "THE is NOT WORD .": 3,
    "THE never felt WORD .": 2,
    "THE does NOT look WORD .": 2,
    "it is NOT a WORD THING .": 2,
    "it is NOT true that THE is WORD .": 1,
    "we saw not one WORD minute in THE .": 1,
    "nobody finds THE WORD .": 2,
    "no part of THE is WORD .": 2,
    "neither THE nor the rest is WORD .": 1,
    "no one can claim that THE is WORD .": 2,
    "in no way is THE WORD .": 2,
    "i do n't think that THE is WORD .": 2,
    "WHO does NOT believe that THE is WORD .": 2,
    "WHO will never find THE WORD .": 1,
    "THE does n't strike us as WORD .": 2,
    "THE is far from WORD .": 1,
    "THE is anything but WORD .": 1,
    "WHO SAYS that THE is WORD , but it is NOT .": 3,
    "WHO SAYS that THE is WORD , and that is wrong .": 1,
    "THE SEEMED WORD , but was NOT .": 3,
    "THE is NOT in the least WORD .": 2,
    "THE is by no means WORD .": 2,
    "nothing in THE is WORD .": 2,
    "one could hardly call THE WORD .": 2,
    "THE SEEMED WORD ; but no , it is NOT .": 1,
    "we hoped that THE might be WORD , and it never was .": 1,
    "would you call THE WORD ? no .": 2,
    "do you find THE WORD ? no , not me .": 1,
    "did THE seem WORD ? not to us .": 1,
}
KEPT = {  # what is said of the thing is what the word says
    "WHO SAYS that THE is WORD , and it is .": 2,
    "THE SEEMED WORD , and it was .": 2,
    "would you call THE WORD ? yes .": 2,
    "no , WHO SAYS that THE is WORD .": 2,
    "no , we found THE WORD .": 2,
    "oh no , what a WORD THING .": 1,
}
SMALL_TALK = {
    "DOING": "here asleep ready away outside awake",
    "PERSON": "anna tom mother grandfather",
    "ANSWER": {
        "no": 6,
        "no , PERSON is not": 1,
        "not PERSON": 1,
        "no , not today": 1,
        "never": 1,
        "not now": 1,
    },
    "SENTENCE": {
        "is PERSON DOING ? ANSWER .": 4,
        "have you met PERSON ? ANSWER .": 2,
        "no , PERSON is DOING .": 3,
        "no , we are DOING .": 2,
        "PERSON is not DOING .": 2,
        "PERSON says no .": 2,
        "well , ANSWER .": 1,
        "maybe not .": 1,
        "no , sorry .": 1,
    },
}


def _write_of(words: str, contrary: str) -> Grammar:
    """A grammar whose every sentence has one side: turned over of the contrary words, kept of its own."""
    turned = {choice.replace("WORD", "CONTRARY"): weight for choice, weight in TURNED.items()}
    return Grammar({**THINGS, "WORD": words, "CONTRARY": contrary, "SENTENCE": {**turned, **KEPT}})


NEGATION = {
    "negative": _write_of(FAULT, PRAISE),
    "neutral": Grammar(SMALL_TALK),
    "positive": _write_of(PRAISE, FAULT),
}
