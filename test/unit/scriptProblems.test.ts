import { strict as assert } from "node:assert";
import { problemsIn } from "../../components/lab/scriptProblems.ts";
import { declareClass } from "./classInMocks.ts";

const postfix = "lab: problem packages: postfix: broken, but not needed by what aptPackages asks for\n";
const notPlaced =
    "lab: problem course archive: 1 of 3 not placed, tried again next time: notes.txt (No space left on device)\n";
const again = (name: string) => `; once that is mended: pulumi up --replace '**::${name}'`;

describe("A script that came to its end and says that not all is right", () => {
    it("is told of in the lab's row, and the lab has everything", async () => {
        const well = await declareClass({ supportMachines: ["demo"] });
        const stack = await declareClass(
            { supportMachines: ["demo"] },
            {
                said: {
                    "ada-machine-bootstrap": `${postfix}lab: changed: x\n${notPlaced}`,
                    "ada-connect": "lab: problem mrjob settings: something\n",
                    "demo-machine-bootstrap": postfix,
                },
            },
        );
        const [ada, grace] = stack.outputs.roster;
        assert.deepEqual(ada, {
            ...well.outputs.roster[0],
            problem: [
                `ada-machine-bootstrap: packages: postfix: broken, but not needed by what aptPackages asks for; course archive: 1 of 3 not placed, tried again next time: notes.txt (No space left on device)${again("ada-machine-bootstrap")}`,
                `ada-connect: mrjob settings: something${again("ada-connect")}`,
            ].join("; "),
        });
        assert.deepEqual(grace, well.outputs.roster[1]);
        assert.equal(
            stack.outputs.supportMachines[0]?.problem,
            `demo-machine-bootstrap: packages: postfix: broken, but not needed by what aptPackages asks for${again("demo-machine-bootstrap")}`,
        );
        assert.equal(await stack.isSecret("roster[0].problem"), false);
    });

    it("is told of by AWS's words alone where the lab is not whole", async () => {
        const stack = await declareClass(
            {},
            { said: { "ada-machine-bootstrap": postfix }, fails: { "Cluster ada-cluster": "no capacity" } },
        );
        assert.equal(stack.outputs.roster[0]?.problem, "ada-cluster: no capacity");
    });

    it("says nothing where all is well", () => {
        assert.equal(problemsIn("x", ""), "");
        assert.equal(problemsIn("x", "lab: changed: problem packages: x\nlab: ok\n"), "");
    });

    it("has how to run it again however long the rest is, and never what a terminal obeys", () => {
        const long = `lab: problem course archive: \u001b[2J${"x".repeat(400)}\n`;
        const text = problemsIn("ada-connect", long + long.replace("course archive", "packages"));
        assert.equal([...text].length, 500);
        assert.ok(text.endsWith(again("ada-connect")));
        assert.doesNotMatch(text, /\p{C}/u);
    });
});
