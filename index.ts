import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Classroom } from "./components/classroom/classroom.ts";
import { planLabs, planSupport } from "./components/names/labs.ts";
import { lookUpCourseObject } from "./components/preflight/courseObject.ts";
import { lookUpRegion } from "./components/preflight/region.ts";
import { checkSshAgent } from "./components/preflight/sshAgent.ts";
import { guardClusters, guardPlace } from "./components/preflight/replacementGuard.ts";
import { loadSettings } from "./components/settings/settings.ts";
import { StudentLab } from "./components/lab/studentLab.ts";
import { SupportMachine } from "./components/lab/supportMachine.ts";

/** The class of one stack: settings, what the region offers, what the labs share, the labs. */
export default async () => {
    const settings = loadSettings();
    if (settings.times.power === "on") {
        await checkSshAgent(process.env.SSH_AUTH_SOCK);
    }
    const region = await lookUpRegion(settings);
    const courseObject = await lookUpCourseObject(settings.machines.courseArchive);
    await guardPlace(region.name, settings.times);
    await guardClusters(settings);
    const classroom = new Classroom("classroom", { region, courseObject, ...settings });
    const labs = planLabs(settings.people).map(
        (lab) => new StudentLab(lab.name, { lab, classroom, region, ...settings }),
    );
    const support = planSupport(settings.people.supportMachines).map(
        ({ name: machine }) => new SupportMachine(machine, { machine, classroom, region, ...settings }),
    );

    return {
        /** One row a lab; `pulumi stack output roster --show-secrets` shows the passwords. */
        roster: labs.map((lab) => lab.rosterRow),
        /** Machines for demonstrators and services, with the same fields. */
        supportMachines: support.map((machine) => machine.row),
        /** What the tag Class of everything of this class says. */
        classId: classroom.tags.Class,
        /** The operator's private key to every machine. */
        classKey: pulumi.secret(classroom.key.privateKeyOpenssh),
        /** What Pulumi Cloud shows on the stack's page, with the outputs above filled in. */
        readme: readFileSync(path.join(import.meta.dirname, "Pulumi.README.md"), "utf8"),
    };
};
