"""Counts the words of its input. Run it on your own cluster:

    python word_count.py -r emr alice.txt
"""

import re

from mrjob.job import MRJob

WORD = re.compile(r"[a-z']+")


class WordCount(MRJob):
    def mapper(self, _, line):
        for word in WORD.findall(line.lower()):
            yield word, 1

    def combiner(self, word, counts):
        yield word, sum(counts)

    def reducer(self, word, counts):
        yield word, sum(counts)


if __name__ == "__main__":
    WordCount.run()
