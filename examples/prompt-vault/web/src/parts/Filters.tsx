// SPDX-License-Identifier: Apache-2.0
import type { Found, Search } from "../api";

interface Props {
  found: Found;
  wanted: Search;
  onChange: (wanted: Search) => void;
}

/** What a list can be narrowed by: words, a collection, a tag. */
export function Filters({ found, wanted, onChange }: Props) {
  const choose = (part: Partial<Search>) => onChange({ ...wanted, ...part });
  return (
    <search className="filters">
      <label className="field wide">
        <span className="hidden">Search</span>
        <input
          type="search"
          placeholder="Search titles and texts"
          value={wanted.q}
          onChange={(event) => choose({ q: event.target.value })}
        />
      </label>
      <Choice
        label="Collection"
        all="All collections"
        options={found.collections}
        value={wanted.collection}
        onChange={(collection) => choose({ collection })}
      />
      <Choice
        label="Tag"
        all="All tags"
        options={found.tags}
        value={wanted.tag}
        onChange={(tag) => choose({ tag })}
      />
    </search>
  );
}

interface ChoiceProps {
  label: string;
  all: string;
  options: string[];
  value: string;
  onChange: (value: string) => void;
}

function Choice({ label, all, options, value, onChange }: ChoiceProps) {
  return (
    <label className="field">
      <span className="hidden">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}
