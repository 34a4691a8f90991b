// An independent SCIM 2.0 service (scimmy + scimmy-routers) with users and groups in memory, for tests.
// It prints {"url": …} when it listens on a free loopback port, and ends when its standard input closes.
// GET /dump gives the users it holds, GET /dump/groups the groups.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const token = process.env.SCIMMY_TOKEN ?? "scimmy-token";
const users = new Map();
const groups = new Map();

const notFound = (id) => new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);

SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false))
    .ingress((resource, instance) => {
        const id = resource.id ?? randomUUID();
        if (resource.id && !users.has(id)) throw notFound(id);
        const name = instance.userName.toLowerCase();
        for (const [other, user] of users) {
            if (other !== id && user.userName.toLowerCase() === name) {
                throw new SCIMMY.Types.Error(409, "uniqueness", `userName ${instance.userName} is taken`);
            }
        }
        const now = new Date().toISOString();
        const plain = JSON.parse(JSON.stringify(instance));
        const user = { ...plain, id, meta: { created: users.get(id)?.meta.created ?? now, lastModified: now } };
        users.set(id, user);
        return user;
    })
    .egress((resource) => {
        if (resource.id) {
            if (!users.has(resource.id)) throw notFound(resource.id);
            return users.get(resource.id);
        }
        const all = [...users.values()];
        return resource.filter ? resource.filter.match(all) : all;
    })
    .degress((resource) => {
        if (!users.delete(resource.id)) throw notFound(resource.id);
        for (const group of groups.values()) {
            group.members = (group.members ?? []).filter(({ value }) => value !== resource.id);
        }
    });

SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .ingress((resource, instance) => {
        const id = resource.id ?? randomUUID();
        if (resource.id && !groups.has(id)) throw notFound(id);
        const plain = JSON.parse(JSON.stringify(instance));
        for (const { value } of plain.members ?? []) {
            if (!users.has(value)) throw new SCIMMY.Types.Error(400, "invalidValue", `There is no user ${value}`);
        }
        for (const [other, group] of groups) {
            if (other !== id && group.displayName.toLowerCase() === plain.displayName.toLowerCase()) {
                throw new SCIMMY.Types.Error(409, "uniqueness", `displayName ${plain.displayName} is taken`);
            }
        }
        const now = new Date().toISOString();
        const group = { ...plain, id, meta: { created: groups.get(id)?.meta.created ?? now, lastModified: now } };
        groups.set(id, group);
        return group;
    })
    .egress((resource) => {
        if (resource.id) {
            if (!groups.has(resource.id)) throw notFound(resource.id);
            return groups.get(resource.id);
        }
        const all = [...groups.values()];
        return resource.filter ? resource.filter.match(all) : all;
    })
    .degress((resource) => {
        if (!groups.delete(resource.id)) throw notFound(resource.id);
    });

const app = express();
app.get("/dump", (request, response) => response.json([...users.values()]));
app.get("/dump/groups", (request, response) => response.json([...groups.values()]));
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    docUri: "https://example.com/docs",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("wrong token");
        return "usher";
    },
}));

const server = app.listen(0, "127.0.0.1", () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
});
process.stdin.resume().on("end", () => process.exit(0));
