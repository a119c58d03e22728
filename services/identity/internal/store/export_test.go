package store

// SelectProfile is the query whose plan is checked.
const SelectProfile = selectProfile
