import * as pulumi from "@pulumi/pulumi";
import { Classroom } from "./components/classroom";
import { planLabs } from "./components/labs";
import { lookUpRegion } from "./components/region";
import { loadSettings } from "./components/settings/settings";
import { StudentLab } from "./components/studentLab";

/** The class of one stack: settings, what the region offers, what the labs share, the labs. */
export = async () => {
    const settings = loadSettings();
    const region = await lookUpRegion(settings);
    const classroom = new Classroom("classroom", { region, settings });
    const labs = planLabs(settings).map(
        (lab) => new StudentLab(lab.name, { lab, classroom, region, settings }),
    );

    return {
        /** One row a lab; `pulumi stack output roster --show-secrets` shows the passwords. */
        roster: labs.map((lab) => lab.rosterRow),
        /** The operator's private key to every machine. */
        classKey: pulumi.secret(classroom.key.privateKeyOpenssh),
    };
};
