CREATE INDEX role_assignments_of_tenant ON role_assignments (tenant, subject_id) WHERE organization_id = '';
