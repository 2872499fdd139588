// To whom a customer can be passed: departments, people, numbers; found as one types.

import { momentText } from "../clock.js";

const MOST = 8;

/** All targets that there are, from GET /departments. */
export function targets(departments, me) {
  const people = new Map();
  for (const department of departments) {
    for (const member of department.members) {
      if (!member.enabled || member.address === me.identity) continue;
      const known = people.get(member.key);
      const teams = known ? `${known.teams}, ${department.name}` : department.name;
      people.set(member.key, { ...member, teams });
    }
  }
  return [...departments.map(ofDepartment), ...[...people.values()].map(ofPerson)];
}

/** The best matches for what was typed, best first; a number if it looks like one. */
export function search(all, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const found = all
    .map((target) => ({ target, rank: rankOf(target, words) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank || one.target.name.localeCompare(other.target.name))
    .slice(0, MOST)
    .map(({ target }) => target);
  const number = numberIn(typed);
  return number ? [ofNumber(number), ...found] : found;
}

const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .trim();

function rankOf(target, words) {
  const names = plain(`${target.name} ${target.more}`).split(/[\s,]+/);
  const starts = words.every((word) => names.some((name) => name.startsWith(word)));
  const inside = words.every((word) => names.some((name) => name.includes(word)));
  if (!inside) return Infinity;
  const first = words.length === 0 || plain(target.name).startsWith(words[0]);
  return (first ? 0 : starts ? 10 : 20) + (target.kind === "department" ? 0 : 1) + (target.reachable ? 0 : 4);
}

function numberIn(typed) {
  const digits = typed.replace(/[\s().-]/g, "");
  return /^\+?\d{5,20}$/.test(digits) ? digits : "";
}

function ofDepartment(department) {
  const waits = department.waiting ? `, ${department.waiting} waiting` : "";
  const opens = department.next_open ? ` until ${momentText(department.next_open)}` : "";
  const free = `${department.free} of ${department.members.length} free${waits}`;
  return {
    id: `department-${department.key}`,
    kind: "department",
    to: { department: department.key },
    name: department.name,
    more: "",
    icon: "building",
    reachable: department.open && department.free > 0,
    chip: department.open
      ? { kind: department.free ? "good" : "alert", icon: "door-open-fill", word: "Open" }
      : { kind: "calm", icon: "door-closed-fill", word: "Closed" },
    says: department.open ? `${free}; ${waitText(department)}` : department.closed_reason || `Closed${opens}`,
  };
}

/** What is known of how long customers wait there. */
export function waitText({ expected_wait_ms, expected_wait_of }) {
  if (expected_wait_ms === null) return "no figures yet";
  const seconds = Math.round(expected_wait_ms / 1000);
  const long = seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `about ${long} lately (${expected_wait_of === 1 ? "one call" : `${expected_wait_of} calls`})`;
}

function ofPerson(member) {
  const said = { break: "On a break", busy: "Busy", wrap_up: "Wrapping up", offline: "Offline" }[member.presence];
  return {
    id: `agent-${member.key}`,
    kind: "person",
    to: { agent: member.key },
    name: member.name,
    more: "",
    icon: "person-fill",
    reachable: member.free,
    chip: member.free
      ? { kind: "good", icon: "check-circle-fill", word: "Free" }
      : { kind: "alert", icon: "telephone-fill", word: said ?? "In a call" },
    says: member.teams,
  };
}

const ofNumber = (number) => ({
  id: "number",
  kind: "number",
  to: { number },
  name: number,
  more: "",
  icon: "telephone-outbound",
  reachable: true,
  chip: { kind: "info", icon: "shield-check", word: "Number" },
  says: "The dialling policy is asked before anything rings.",
});
