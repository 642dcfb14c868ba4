CREATE INDEX role_assignments_of_tenant ON role_assignments (subject_id) WHERE organization_id = '';
