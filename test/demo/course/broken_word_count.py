"""A word count with a bug, to see where the traceback of a job on a cluster shows:

    python broken_word_count.py -r emr alice.txt
"""

from mrjob.job import MRJob


class BrokenWordCount(MRJob):
    def mapper(self, _, line):
        for word in line.split():
            yield word, 1 / (len(word) - len("rabbit"))

    def reducer(self, word, counts):
        yield word, sum(counts)


if __name__ == "__main__":
    BrokenWordCount.run()
