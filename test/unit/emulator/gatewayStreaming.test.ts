import assert from "node:assert/strict";
import fc from "fast-check";
import { Counters, readReports } from "../../emulator/gateway/emr/counters.ts";
import { parseJobPath } from "../../emulator/gateway/emr/jobFiles.ts";
import { attemptsOf, commandOf, reducersOf, Shuffle, splitsOf } from "../../emulator/gateway/emr/plan.ts";
import { cut, hashBytes, joinLines, splitLines, withTab } from "../../emulator/gateway/emr/records.ts";
import { parseStreamingArgs, splitCommand } from "../../emulator/gateway/emr/streamingArgs.ts";

/** As mrjob 0.7.4 writes them for a job with a combiner. */
const MRJOB = [
    "-files",
    "s3://b/tmp/files/wd/mrjob.zip#mrjob.zip,s3://b/tmp/files/wd/setup-wrapper.sh#setup-wrapper.sh,s3://b/tmp/files/wd/wc.py#wc.py",
    "-D",
    "mapreduce.job.name=a=b",
    "-cmdenv",
    "X=1",
    "-input",
    "s3://b/in1.txt",
    "-input",
    "s3://b/in2.txt",
    "-output",
    "s3://b/out/",
    "-mapper",
    "/bin/sh -ex setup-wrapper.sh python3 wc.py --step-num=0 --mapper",
    "-combiner",
    "/bin/sh -ex setup-wrapper.sh python3 wc.py --step-num=0 --combiner",
    "-reducer",
    "/bin/sh -ex setup-wrapper.sh python3 wc.py --step-num=0 --reducer",
];
const job = (...more: string[]) =>
    parseStreamingArgs([...more, "-input", "i", "-output", "o", "-mapper", "cat"]);
const lines = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));
const texts = (buffers: readonly Buffer[]): string[] => buffers.map((buffer) => buffer.toString());

describe("gateway: arguments of Hadoop streaming", () => {
    it("are read as mrjob writes them", () => {
        const parsed = parseStreamingArgs(MRJOB);
        assert.deepEqual(
            parsed.files.map((file) => file.name),
            ["mrjob.zip", "setup-wrapper.sh", "wc.py"],
        );
        assert.deepEqual(parsed.inputs, ["s3://b/in1.txt", "s3://b/in2.txt"]);
        assert.equal(parsed.conf["mapreduce.job.name"], "a=b");
        assert.deepEqual(parsed.environment, { X: "1" });
        assert.deepEqual(commandOf(parsed.mapper).slice(0, 4), [
            "/bin/sh",
            "-ex",
            "setup-wrapper.sh",
            "python3",
        ]);
    });

    it("refuse what Hadoop does not know, in its words", () => {
        assert.throws(() => job("-nonsense", "x"), /Unrecognized option: -nonsense/);
        assert.throws(() => parseStreamingArgs(["-input", "i"]), /Required argument: -output/);
        assert.throws(
            () => parseStreamingArgs(["-mapper", "cat", "-files", "x"]),
            /Unrecognized option: -files/,
        );
        assert.throws(() => parseStreamingArgs(["-input"]), /Missing argument for option: input/);
    });

    it("refuse what the pocket cloud does not do", () => {
        assert.throws(() => job("-libjars", "x.jar"), /does not implement -libjars/);
        assert.throws(() => commandOf("org.example.MyMapper"), /does not implement the Java class/);
    });

    it("split commands at blanks that are not quoted", () => {
        assert.deepEqual(splitCommand(`python3 -c 'print("a b")' "" x`), [
            "python3",
            "-c",
            'print("a b")',
            "",
            "x",
        ]);
    });

    it("decide on reducers and attempts", () => {
        assert.equal(reducersOf(job(), 3), 3);
        assert.equal(reducersOf(job("-D", "mapred.reduce.tasks=0"), 3), 0);
        assert.equal(reducersOf(parseStreamingArgs([...MRJOB, "-reducer", "NONE"]), 3), 0);
        assert.equal(attemptsOf(job(), "m"), 4);
        assert.equal(attemptsOf(job("-D", "mapreduce.map.maxattempts=1"), "m"), 1);
    });

    it("know the file systems", () => {
        assert.deepEqual(parseJobPath("s3n://b/k/l"), { scheme: "s3", bucket: "b", key: "k/l" });
        assert.deepEqual(parseJobPath("hdfs:///tmp/x"), { scheme: "hdfs", bucket: "", key: "tmp/x" });
        assert.deepEqual(parseJobPath("out"), { scheme: "hdfs", bucket: "", key: "user/hadoop/out" });
        assert.throws(() => parseJobPath("gs://b/k"), /No FileSystem for scheme "gs"/);
    });
});

describe("gateway: records of a job", () => {
    it("lines end in any of three ways", () => {
        assert.deepEqual(texts(splitLines(Buffer.from("a\r\nb\rc\n\nd"))), ["a", "b", "c", "", "d"]);
    });

    it("a line without a tab gets one", () => assert.equal(withTab(Buffer.from("a")).toString(), "a\t"));

    it("cutting loses nothing and cuts at line ends only", () => {
        fc.assert(
            fc.property(
                fc.array(fc.stringMatching(/^[a-z ]{0,12}$/)),
                fc.integer({ min: 1, max: 9 }),
                (all, parts) => {
                    const data = joinLines(all.map((text) => Buffer.from(text)));
                    const pieces = cut("u", data, parts);
                    assert.deepEqual(Buffer.concat(pieces.map((piece) => piece.data)), data);
                    for (const piece of pieces.slice(0, -1)) assert.equal(piece.data.at(-1), 10);
                    assert.ok(pieces.length <= Math.max(1, parts));
                },
            ),
        );
    });

    it("keys hash as Hadoop's Text does", () => {
        assert.equal(hashBytes(Buffer.from("")), 1);
        assert.equal(hashBytes(Buffer.from("a")), 31 + 97);
        assert.equal(hashBytes(Buffer.from([0xc3])), 31 + (0xc3 - 256));
    });

    it("every record goes to exactly one reducer, equal keys to the same, in order of bytes", () => {
        fc.assert(
            fc.property(
                fc.array(fc.stringMatching(/^[a-c]{1,2}\t[a-z]?$/)),
                fc.integer({ min: 1, max: 4 }),
                (all, parts) => {
                    const shuffle = new Shuffle(job(), parts);
                    const dealt = shuffle.deal(shuffle.sort(lines(...all)));
                    assert.deepEqual(texts(dealt.flat()).sort(), [...all].sort());
                    const homes = new Map<string, number>();
                    for (const [part, records] of dealt.entries()) {
                        const keys = texts(records).map((text) => text.split("\t")[0] ?? "");
                        assert.deepEqual(keys, [...keys].sort());
                        for (const key of keys) {
                            assert.equal(homes.get(key) ?? part, part);
                            homes.set(key, part);
                        }
                    }
                },
            ),
        );
    });

    it("equal keys keep the order in which they came", () => {
        assert.deepEqual(texts(new Shuffle(job(), 1).sort(lines("b\t2", "a\t9", "b\t1"))), [
            "a\t9",
            "b\t2",
            "b\t1",
        ]);
    });

    it("mrjob's SORT_VALUES sorts by two fields and deals by the first", () => {
        const shuffle = new Shuffle(
            parseStreamingArgs([
                "-D",
                "stream.num.map.output.key.fields=2",
                "-D",
                "mapreduce.partition.keypartitioner.options=-k1,1",
                "-partitioner",
                "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner",
                "-input",
                "i",
                "-output",
                "o",
            ]),
            3,
        );
        const dealt = shuffle.deal(shuffle.sort(lines("k\t3", "k\t1", "l\t2", "k\t2")));
        assert.deepEqual(
            dealt
                .map(texts)
                .filter((part) => part.includes("k\t1"))[0]
                ?.filter((t) => t.startsWith("k")),
            ["k\t1", "k\t2", "k\t3"],
        );
    });

    it("a comparator may sort numbers downwards", () => {
        const shuffle = new Shuffle(
            job(
                "-D",
                "mapreduce.job.output.key.comparator.class=org.apache.hadoop.mapred.lib.KeyFieldBasedComparator",
                "-D",
                "mapreduce.partition.keycomparator.options=-nr",
            ),
            1,
        );
        assert.deepEqual(texts(shuffle.sort(lines("9\t", "10\t", "1\t"))), ["10\t", "9\t", "1\t"]);
    });

    it("small inputs make two map tasks, each file at least one", () => {
        const file = (name: string, count: number) => ({
            uri: name,
            data: Buffer.from("line\n".repeat(count)),
        });
        assert.equal(splitsOf(job(), [file("a", 100)], 3).length, 2);
        assert.equal(splitsOf(job(), [file("a", 1), file("b", 1), file("c", 0)], 3).length, 3);
        assert.equal(splitsOf(job("-D", "mapreduce.job.maps=5"), [file("a", 100)], 3).length, 5);
    });
});

describe("gateway: what tasks report", () => {
    it("counters and states are no part of the log", () => {
        const { log, counters } = readReports(
            "one\nreporter:counter:my group,lines,2\nreporter:status:busy\ntwo\n",
        );
        assert.equal(log, "one\ntwo\n");
        assert.equal(counters.message(), "Counters: 1\n\tmy group\n\t\tlines=2");
    });

    it("counters add up", () => {
        const [a, b] = [new Counters(), new Counters()];
        a.add("g", "n", 1);
        b.add("g", "n", 2);
        a.merge(b);
        assert.match(a.message(), /n=3$/);
    });
});
